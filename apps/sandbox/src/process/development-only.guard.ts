import { Injectable, NotFoundException } from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import { SandboxConfig } from '../sandbox.config.ts';

/** Outside development and tests the controls and the truth do not exist. */
@Injectable()
export class DevelopmentOnly implements CanActivate {
  constructor(private readonly config: SandboxConfig) {}

  canActivate(): boolean {
    if (!this.config.controllable) throw new NotFoundException('There is no such page.');
    return true;
  }
}
