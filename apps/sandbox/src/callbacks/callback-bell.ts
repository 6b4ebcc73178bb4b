import { Injectable } from '@nestjs/common';

/** Rung by whoever has written callbacks down, once they are durable; the sender wakes up and looks. */
@Injectable()
export class CallbackBell {
  private ringing = Promise.withResolvers<void>();

  /** Take it before looking for work: a ring in between is then not missed. */
  get nextRing(): Promise<void> {
    return this.ringing.promise;
  }

  ring(): void {
    this.ringing.resolve();
    this.ringing = Promise.withResolvers<void>();
  }
}
