import { z } from 'zod';
import { ok } from '../../domain/result.ts';
import type { BranchRules, ForgeResult } from '../../ports/forge.ts';
import type { Client } from './client.ts';

/** docs.github.com, "Get rules for a branch": the active rules of rulesets, readable with read access. */
const RulesAnswer = z.array(
  z.object({
    type: z.string(),
    parameters: z.object({ required_status_checks: z.array(z.object({ context: z.string() })).optional() }).nullish(),
  }),
);

/** The older branch protection, as far as everybody may see it: its demand for signatures is not among it. */
const BranchAnswer = z.object({
  protected: z.boolean(),
  protection: z
    .object({ required_status_checks: z.object({ contexts: z.array(z.string()).nullish() }).nullish() })
    .nullish(),
});

/** docs.github.com, "Get commit signature protection": only administrators may ask. */
const SignatureAnswer = z.object({ enabled: z.boolean() });

/** Reads the rules of a branch: those of rulesets, and those of classic protection. */
export async function readBranchRules(client: Client, branch: string): ForgeResult<BranchRules> {
  const at = { ...client.repo, branch };
  const rules = await client.call(`read the rules of ${branch}`, RulesAnswer, (octokit) =>
    octokit.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', at),
  );
  if (!rules.ok) return rules;
  const found = await client.call(`read branch ${branch}`, BranchAnswer, (octokit) => octokit.rest.repos.getBranch(at));
  if (!found.ok) return found;
  const classic = found.value.protected
    ? await client.call(`read the signature rule of ${branch}`, SignatureAnswer, (octokit) =>
        octokit.rest.repos.getCommitSignatureProtection(at),
      )
    : ok({ enabled: false });
  const checks = [
    ...rules.value.flatMap(({ parameters }) => parameters?.required_status_checks ?? []).map(({ context }) => context),
    ...(found.value.protection?.required_status_checks?.contexts ?? []),
  ];
  const demanded = rules.value.some(({ type }) => type === 'required_signatures');
  const signatures = demanded || (classic.ok ? classic.value.enabled : undefined);
  return ok({ signatures, requiredChecks: [...new Set(checks)] });
}
