/**
 * Workgroups that a large device has room for at once. A kernel that would have fewer cuts its sums in parts, by the
 * shape alone, so that equal shapes give equal bits on every device that rounds alike.
 */
export const wantedWorkgroups = 256
