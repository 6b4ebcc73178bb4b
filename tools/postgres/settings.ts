/** What every PostgreSQL of ours runs with, given on the command line so that no file in the data directory differs. */
export function postgresSettings(port: number): Readonly<Record<string, string>> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // A socket file would need a directory that is short, writable and not another PostgreSQL's.
    unix_socket_directories: '',
    // A commit that was answered has to survive the loss of power: money moves on it.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // Six services with pools of up to 20, as many again during a rolling restart, and room for a person who looks.
    max_connections: '200',
    // Twice what 50 000 payments with their events fill, and small enough for a laptop.
    shared_buffers: '256MB',
    // Full-page images are most of the log after a checkpoint; packed they cost a third of the writes.
    wal_compression: 'on',
    // Under load the default of 1 GB forces a checkpoint every few minutes, and each one doubles the log again.
    max_wal_size: '2GB',
    // Money is compared across machines; a clock's zone must never be part of an answer.
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u@%d ',
  };
}

export function asArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
