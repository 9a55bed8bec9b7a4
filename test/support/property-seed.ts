import { configureGlobal, readConfigureGlobal } from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a run can be repeated; `PROPERTY_SEED=random` (or a number)
 * draws others. A counterexample prints the seed that it was found with.
 */
const wanted = process.env.PROPERTY_SEED ?? '20261121';
if (wanted !== 'random') configureGlobal({ ...readConfigureGlobal(), seed: Number(wanted) });
