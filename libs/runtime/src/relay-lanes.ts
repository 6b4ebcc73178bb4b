/** One relay lane carries more events than one PostgreSQL on two cores commits; more lanes are for more machines. */
export const relayLanes = 1;
