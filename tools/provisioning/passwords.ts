import { randomBytes } from 'node:crypto';
import { roles, type Role, type RolePasswords } from './service-databases.ts';

/** 192 bits, in characters that mean nothing to a URL, a shell or SQL. */
export function randomSecret(): string {
  return randomBytes(24).toString('base64url');
}

export function randomRolePasswords(): RolePasswords {
  return Object.fromEntries(roles.map((role) => [role, randomSecret()])) as Record<Role, string>;
}
