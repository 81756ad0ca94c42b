import { type Disposable, type Memento, window } from 'vscode';

import { setContext } from '../set-context';
import { simulationKeys, tablesViewId } from './names';
import type { SimulatedMachine } from './simulated-machine';

const speedKey = 'pagewalk.simulation.speed';
/** The panel is not drawn more often than this, in milliseconds: faster play makes several moves at once. */
const shortestPause = 100;

export const speeds: readonly number[] = [1, 2, 5, 10, 50, 200];
const usualSpeed = 2;

/** Moves that go on by themselves. Sets the context key `pagewalk.simulationPlays`. */
export class Player implements Disposable {
  #playing = false;
  #wake: (() => void) | null = null;

  constructor(
    private readonly machine: SimulatedMachine,
    private readonly choices: Memento,
  ) {}

  get playing(): boolean {
    return this.#playing;
  }

  /** Moves a second. */
  get speed(): number {
    return this.choices.get(speedKey, usualSpeed);
  }

  async setSpeed(speed: number): Promise<void> {
    await this.choices.update(speedKey, speed);
  }

  /** Makes a move after the other until nothing is left, or it is told to pause. */
  play(): Promise<void> {
    return this.#during(async () => {
      while (this.#goesOn()) {
        const pause = Math.max(1000 / this.speed, shortestPause);
        const count = Math.max(1, Math.round((this.speed * pause) / 1000));
        await this.machine.move({ to: 'next', count });
        if (this.#goesOn()) await this.#sleep(pause);
      }
    });
  }

  /** Makes one long move; told to pause, it ends where it is. */
  async run<Result>(move: () => Promise<Result>): Promise<Result> {
    let result: Result | undefined;
    await this.#during(() =>
      window.withProgress({ location: { viewId: tablesViewId } }, async () => {
        result = await move();
      }),
    );
    return result!;
  }

  pause(): void {
    this.#show(false);
    this.#wake?.();
    this.machine.cancel();
  }

  dispose(): void {
    this.pause();
  }

  #goesOn(): boolean {
    return this.#playing && this.machine.reasonAgainst('next') === null;
  }

  async #during(work: () => PromiseLike<void>): Promise<void> {
    this.#show(true);
    try {
      await work();
    } finally {
      this.#show(false);
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #show(playing: boolean): void {
    this.#playing = playing;
    setContext(simulationKeys.playing, playing);
  }
}
