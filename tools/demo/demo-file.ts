import { z } from 'zod';
import { readJson, writeJson, type Home } from '../launcher/home.ts';

/** What `.quittance/demo.json` promises to whoever wants to try the running stack by program. */
const demoShape = z.object({
  graphqlUrl: z.string(),
  adminGraphqlUrl: z.string(),
  playgroundUrl: z.string(),
  sandboxUrl: z.string(),
  merchantId: z.string(),
  secretKey: z.string(),
  adminKey: z.string(),
  databaseUrl: z.string(),
  natsUrl: z.string(),
});

export type Demo = z.infer<typeof demoShape>;

export async function readDemoFile(home: Home): Promise<Demo | undefined> {
  return demoShape.safeParse(await readJson(home.demo)).data;
}

export function writeDemoFile(home: Home, demo: Demo): Promise<void> {
  return writeJson(home.demo, demo);
}
