// What @medusajs/locking-redis takes from its framework, so that the provider runs as published without the other
// 600 packages: the first failure once all have settled, and an error with a type.
/* global exports */
exports.promiseAll = async (promises) => {
  const outcomes = await Promise.allSettled(promises);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes.map(({ value }) => value);
};

exports.MedusaError = class MedusaError extends Error {
  static Types = { CONFLICT: 'conflict' };

  constructor(type, message) {
    super(message);
    this.type = type;
  }
};
