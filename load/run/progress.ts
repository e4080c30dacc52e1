/** Where progress goes: one line that is redrawn on a terminal, otherwise a line every 2 s. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Writes text as it is. */
  write(text: string): void;
}

const REDRAW_MS = 150;
const LINE_MS = 2_000;
const CLEAR = '\r\x1b[K';

/** Says what goes on while something takes long. */
export class Progress {
  private readonly screen: Screen;
  private timer: NodeJS.Timeout | undefined;
  private drawn = false;

  constructor(screen: Screen) {
    this.screen = screen;
  }

  /** Shows what `line` returns from now on, until the next call or `done`. */
  show(line: () => string): void {
    this.done();
    const draw = () => {
      if (!this.screen.isTerminal) {
        this.screen.write(`${line()}\n`);
        return;
      }
      this.screen.write(`${CLEAR}${line()}`);
      this.drawn = true;
    };
    if (this.screen.isTerminal) draw();
    this.timer = setInterval(draw, this.screen.isTerminal ? REDRAW_MS : LINE_MS);
  }

  /** Ends what is shown; on a terminal its line is wiped. */
  done(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.drawn) this.screen.write(CLEAR);
    this.drawn = false;
  }

  /** A line that stays. */
  print(line: string): void {
    if (this.drawn) this.screen.write(CLEAR);
    this.drawn = false;
    this.screen.write(`${line}\n`);
  }
}
