import type { Change } from '../domain/change.ts';
import { applyOperations } from '../domain/change.ts';
import { sameObject } from '../domain/object-ref.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Problem } from '../domain/problem.ts';
import type { Answer } from '../domain/proposal.ts';
import type { RenderedObject } from '../domain/source.ts';
import type { IncidentReport, PassReport } from '../engine/report.ts';
import type { IncidentOut, RunOut, ScanOut } from './scan-contract.ts';

/** A pass in the form of the output contract. */
export function scanOutput(report: PassReport): ScanOut {
  const { cluster, scannedAt, blind, incidents } = report;
  return {
    version: 1,
    cluster,
    scannedAt,
    blind: blind.map(({ kind, reason }) => ({ kind, reason })),
    incidents: incidents.map(incidentOutput),
  };
}

/** The same with what became of pull requests. */
export function runOutput(report: PassReport): RunOut {
  return {
    ...scanOutput(report),
    followed: report.followed.map(({ decision, ...item }) => ({ ...item, ...decision })),
    unreadable: report.unreadable.map((item) => ({ ...item })),
  };
}

/** 0 nothing fails, 2 incidents, 3 incidents of which at least one has a proven fix. */
export function scanStatus({ incidents }: PassReport): 0 | 2 | 3 {
  if (incidents.length === 0) return 0;
  return incidents.some(({ proof }) => proof?.verdict === 'proven') ? 3 : 2;
}

function incidentOutput(report: IncidentReport): IncidentOut {
  const { incident, changeSet, proof, decision, pullRequest } = report;
  const { fingerprint, cause, severity, container, summary, since, stillServing } = incident;
  return {
    fingerprint,
    cause,
    severity,
    object: refOutput(incident.object),
    ...(container === undefined ? {} : { container }),
    summary,
    ...(since === undefined ? {} : { since }),
    stillServing,
    evidence: incident.evidence.map(({ id, object, path, text }) => ({
      id,
      object: refOutput(object),
      ...(path === undefined ? {} : { path }),
      text,
    })),
    affected: incident.affected.map(refOutput),
    explains: incident.explains.map((item) => ({ ...item, object: refOutput(item.object) })),
    source: sourceOutput(report),
    proposals: report.answers.map((answer) => proposalOutput(answer, report)),
    edit: changeSet
      ? changeSet.ok
        ? { files: changeSet.value.files.map(({ path, diff }) => ({ path, diff })) }
        : refused(changeSet.error)
      : null,
    proof: proof ? { verdict: proof.verdict, checks: proof.checks.map((check) => ({ ...check })) } : null,
    decision: { ...decision, ...(pullRequest === undefined ? {} : { pullRequest }) },
  };
}

function sourceOutput({ location, declared, changeSet }: IncidentReport): IncidentOut['source'] {
  if (!location.ok) return refused(location.error);
  const { application, repoURL, syncedRevision, targetRevision, path } = location.value;
  const [edited] = changeSet?.ok ? changeSet.value.files : [];
  const place = edited
    ? { file: edited.path, line: edited.line }
    : declared?.origin
      ? { file: declared.origin.file }
      : {};
  return {
    application: `${application.namespace}/${application.name}`,
    repoURL,
    revision: syncedRevision ?? targetRevision,
    path,
    ...place,
  };
}

function proposalOutput(answer: Answer, report: IncidentReport): IncidentOut['proposals'][number] {
  const { origin, name } = answer;
  if (answer.kind === 'declined') return { origin, name, declined: answer.reason };
  const changes = answer.changes.map((change) => ({
    object: refOutput(change.object),
    operations: patchOf(change, [...(report.siblings ?? []), ...(report.declared ? [report.declared] : [])]),
  }));
  return { origin, name, rationale: answer.rationale, changes };
}

type OperationOut = Extract<IncidentOut['proposals'][number], { changes: unknown }>['changes'][number]['operations'];

function patchOf(change: Change, declared: readonly RenderedObject[]): OperationOut {
  const target = declared.find(({ ref }) => sameObject(ref, change.object));
  const applied = target && applyOperations(target.object, change.operations);
  return applied?.ok ? applied.value.patch.map((step) => ({ ...step })) : [];
}

function refOutput({ apiVersion, kind, namespace, name }: ObjectRef): IncidentOut['object'] {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

function refused({ code, message }: Problem): { refused: { code: string; reason: string } } {
  return { refused: { code, reason: message } };
}
