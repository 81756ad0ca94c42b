import { type InitializeParams, MarkupKind } from 'vscode-languageserver';

import { isRecord } from './settings-schema';

/** What the client can show, from `initialize`. */
export interface ClientSupport {
  readonly hoverMarkdown: boolean;
  readonly definitionLinks: boolean;
  readonly symbolTree: boolean;
  /** Most folding ranges the client takes; VS Code says 5,000. */
  readonly foldingLimit: number;
  readonly changeNotices: boolean;
  /** The client asks for diagnostics; others are sent them. */
  readonly pullDiagnostics: boolean;
  /** The client asks again for these when it is told to. */
  readonly inlayHintRefresh: boolean;
  readonly diagnosticRefresh: boolean;
  /** Diagnostics may name other places. */
  readonly relatedPlaces: boolean;
  /** Where the page on findings can be opened; `null`: nobody said. */
  readonly findingsPage: string | null;
  /** `command:` links in Markdown run. */
  readonly commandLinks: boolean;
  /** Scenarios are validated by their JSON schema as well. */
  readonly validatesBySchema: boolean;
}

export const foldingLimitDefault = 5000;

/** The least that any client can do: what holds until `initialize` says more. */
export const leastSupport: ClientSupport = {
  hoverMarkdown: false,
  definitionLinks: false,
  symbolTree: false,
  foldingLimit: foldingLimitDefault,
  changeNotices: false,
  pullDiagnostics: false,
  inlayHintRefresh: false,
  diagnosticRefresh: false,
  relatedPlaces: false,
  findingsPage: null,
  commandLinks: false,
  validatesBySchema: false,
};

/**
 * A client's abilities from its `initialize` request.
 * @param ownFindingsPage the page on findings as it came with the server
 */
export function clientSupport(
  params: InitializeParams,
  ownFindingsPage: string | null,
): ClientSupport {
  const { textDocument, workspace } = params.capabilities;
  const options: unknown = params.initializationOptions;
  return {
    hoverMarkdown: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) ?? false,
    definitionLinks: textDocument?.definition?.linkSupport ?? false,
    symbolTree: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport ?? false,
    foldingLimit: Math.min(
      textDocument?.foldingRange?.rangeLimit ?? foldingLimitDefault,
      foldingLimitDefault,
    ),
    changeNotices: workspace?.didChangeConfiguration?.dynamicRegistration ?? false,
    pullDiagnostics: textDocument?.diagnostic !== undefined,
    inlayHintRefresh: workspace?.inlayHint?.refreshSupport ?? false,
    diagnosticRefresh: workspace?.diagnostics?.refreshSupport ?? false,
    relatedPlaces: textDocument?.publishDiagnostics?.relatedInformation ?? false,
    findingsPage:
      isRecord(options) && typeof options.findingsPage === 'string'
        ? options.findingsPage
        : ownFindingsPage,
    commandLinks: isRecord(options) && options.commandLinks === true,
    validatesBySchema: isRecord(options) && options.validatesBySchema === true,
  };
}
