import type { Location, Range } from 'vscode-languageserver';

import type { Place } from './protocol';

/** A place as the protocol's range. */
export function rangeOfPlace({ line, start, end }: Pick<Place, 'line' | 'start' | 'end'>): Range {
  return { start: { line, character: start }, end: { line, character: end } };
}

/** A place as the protocol's location. */
export function locationOf(place: Place): Location {
  return { uri: place.uri, range: rangeOfPlace(place) };
}
