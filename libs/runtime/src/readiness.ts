/** What this service cannot work without, by name; each tells whether it is reachable now. */
export type Readiness = Readonly<Record<string, () => Promise<boolean>>>;

/** A load balancer asks every few seconds and gives up soon: what has not answered by then counts as away. */
const deadlineMs = 1_500;

/** Whether the probe succeeds in time. A frozen server does not refuse, it is silent. */
export async function answersInTime(probe: Promise<unknown>): Promise<boolean> {
  const deadline = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => deadline.resolve(false), deadlineMs);
  try {
    return await Promise.race([
      probe.then(
        (answer) => answer !== false,
        () => false,
      ),
      deadline.promise,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
