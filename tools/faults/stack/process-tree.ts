import { ChildRecord } from '../../launcher/child-record.ts';
import type { Home } from '../../launcher/home.ts';
import type { Program } from '../../launcher/supervisor.ts';
import { KeptProgram } from './kept-program.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** Everything that the laboratory has running, so that all of it can be ended, whatever happened. */
export class ProcessTree {
  private readonly services: KeptProgram[] = [];
  private readonly servers: KeptProgram[] = [];
  private readonly wires: TcpProxy[] = [];
  private readonly record: ChildRecord;

  constructor(home: Home) {
    this.record = new ChildRecord(home.processes);
  }

  get programs(): readonly KeptProgram[] {
    return [...this.services, ...this.servers];
  }

  addService(program: Program): KeptProgram {
    const kept = new KeptProgram(program, this.record);
    this.services.push(kept);
    return kept;
  }

  /** Something that services need. */
  addServer(program: Program): KeptProgram {
    const kept = new KeptProgram(program, this.record);
    this.servers.push(kept);
    return kept;
  }

  addWire(wire: TcpProxy): TcpProxy {
    this.wires.push(wire);
    return wire;
  }

  /** Services first, all at once, so that what they drain still finds the servers. */
  async end(): Promise<void> {
    await Promise.all(this.services.map((service) => service.letGo()));
    await Promise.all(this.servers.map((server) => server.letGo()));
    await Promise.all(this.wires.map((wire) => wire.close()));
  }
}
