/** Each service owns one schema through one role that can reach no other, except where its migrations grant it. */
export const serviceDatabases = {
  api: { role: 'quittance_api', schema: 'payments' },
  orchestrator: { role: 'quittance_orchestrator', schema: 'payments' },
  fraud: { role: 'quittance_fraud', schema: 'fraud' },
  settlement: { role: 'quittance_settlement', schema: 'books' },
  webhooks: { role: 'quittance_webhooks', schema: 'feed' },
  sandbox: { role: 'quittance_sandbox', schema: 'sandbox' },
} as const;

export type ServiceName = keyof typeof serviceDatabases;
export type Role = (typeof serviceDatabases)[ServiceName]['role'];
export type Schema = (typeof serviceDatabases)[ServiceName]['schema'];

export const serviceNames = Object.keys(serviceDatabases) as ServiceName[];
export const roles: readonly Role[] = serviceNames.map((service) => serviceDatabases[service].role);

/** In the order in which they are migrated: a grant on another schema's tables stands in the later of the two. */
export const schemas: readonly Schema[] = ['payments', 'fraud', 'books', 'feed', 'sandbox'];

export type RolePasswords = Readonly<Record<Role, string>>;

/** The same server and database as the owner's, as the role of the service. */
export function serviceUrl(ownerUrl: string, service: ServiceName, passwords: RolePasswords): string {
  const url = new URL(ownerUrl);
  const { role } = serviceDatabases[service];
  url.username = role;
  url.password = encodeURIComponent(passwords[role]);
  return url.href;
}
