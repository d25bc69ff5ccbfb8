// A pool.
class PoolManager {};
// TODO: everything
