import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyStore } from '../stores/api-key-store.ts';
import { MerchantStore } from '../stores/merchant-store.ts';
import { AdminGate } from './admin-gate.ts';
import { MerchantGate } from './merchant-gate.ts';
import { MerchantKeys } from './merchant-keys.ts';
import { PrincipalGuard } from './principal.guard.ts';

/** Who may come in, by which key. Global, because every door of the API asks here. */
@Module({})
export class AuthModule {
  static forEnvironment(environment: { readonly ADMIN_KEY: string }): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      providers: [
        MerchantStore,
        ApiKeyStore,
        MerchantKeys,
        MerchantGate,
        { provide: AdminGate, useFactory: () => new AdminGate(environment.ADMIN_KEY) },
        { provide: APP_GUARD, useClass: PrincipalGuard },
      ],
      exports: [MerchantStore, ApiKeyStore, MerchantKeys, MerchantGate, AdminGate],
    };
  }
}
