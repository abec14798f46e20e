import { afterEach, describe, expect, it, vi } from 'vitest';
import { aSpecDocument } from '../../fixtures/builders.ts';
import { AT, aModelVersion } from '../../fixtures/entities.ts';
import { aParkedToken, aRollout, aTraffic } from '../../fixtures/registry.ts';
import { ANA, anApi, CHANGE } from './api-under-test.ts';

const LAMBDA = { kind: 'lambda' } as const;
const approval = { approved: true, reason: 'looks right' };

async function waiting() {
  const api = await anApi();
  await api.registry.registerVersion(aModelVersion({ approvalStatus: 'PendingManualApproval' }), CHANGE);
  await api.registry.park(aParkedToken({ name: 'approval/churn/1', kind: 'approval', taskToken: 'tok' }));
  return api;
}

/** Version 2 serves, version 1 did before. */
async function promotedTwice() {
  const api = await anApi();
  const { registry } = api;
  for (const version of [1, 2]) {
    await registry.registerVersion(aModelVersion({ runId: `run-${version}` }), CHANGE);
    const target = version === 1 ? ({ kind: 'endpoint', endpointName: 'churn-v1-abc' } as const) : LAMBDA;
    const rolloutId = `churn-v${version}-r1`;
    await registry.createRollout(
      aRollout({
        rolloutId,
        candidate: version,
        status: 'promoted',
        target,
        startedAt: `2026-03-0${version}T00:00:00.000Z`,
      }),
      CHANGE,
    );
    const expected = { expectedTrafficRev: version - 1, expectedAliasRev: version - 1 };
    await registry.promote(
      { traffic: aTraffic({ routes: [{ version, weight: 1, target }] }), version, ...expected },
      CHANGE,
    );
  }
  return api;
}

describe('bodies', () => {
  const bad: [string, unknown, string[]][] = [
    ['models/churn/runs', undefined, []],
    ['models/churn/runs', '{', []],
    ['models/churn/runs', [], ['#']],
    ['models/churn/runs', {}, ['#/reason']],
    ['models/churn/runs', { reason: '  ' }, ['#/reason']],
    ['models/churn/runs', { reason: 'x'.repeat(1_001) }, ['#/reason']],
    ['models/churn/runs', { reason: 'fine', extra: 1 }, ['#/extra']],
    ['models/churn/versions/1/approval', { approved: 'yes' }, ['#/approved', '#/reason']],
    ['models/churn/versions/1/approval', { reason: 'r' }, ['#/approved']],
    ['models/churn/rollouts', { version: 0 }, ['#/version']],
    ['models/churn/rollouts', { version: '1' }, ['#/version']],
    ['models/churn/rollback', { reason: 5 }, ['#/reason']],
    ['specs', '{"apiVersion": ', []],
  ];
  for (const [path, body, pointers] of bad) {
    it(`answers POST ${path} with 400 for ${JSON.stringify(body)?.slice(0, 60)}`, async () => {
      const api = await waiting();
      const before = await api.registry.findAuditHead('churn');
      const { status, headers, body: problem } = await api.call('POST', path, body);
      expect(status).toBe(400);
      expect(headers['content-type']).toBe('application/problem+json');
      expect((problem.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
      expect(await api.registry.findAuditHead('churn')).toEqual(before);
      expect([...api.published, ...api.answered, ...api.started]).toEqual([]);
    });
  }

  const worded: [string, unknown, string][] = [
    ['models/churn/runs', {}, 'is missing (seen nothing; allowed: text)'],
    [
      'models/churn/runs',
      { reson: 'r', reason: 'r' },
      'is not a field here; did you mean reason? (seen "r"; allowed: reason)',
    ],
    ['models/churn/rollouts', { version: 0 }, 'must be at least 1 (seen 0; allowed: at least 1)'],
    ['models/churn/rollback', { reason: 5 }, 'must be text (seen 5; allowed: text)'],
  ];
  for (const [path, body, detail] of worded) {
    it(`says of ${JSON.stringify(body)} to ${path}: ${detail}`, async () => {
      const api = await waiting();
      const { body: problem } = await api.call('POST', path, body);
      expect(problem.errors).toMatchObject([{ detail }]);
    });
  }

  const missing: [string, unknown][] = [
    ['models/none/runs', { reason: 'r' }],
    ['models/none/versions/1/approval', approval],
    ['models/churn/versions/9/approval', approval],
    ['models/churn/versions/x/approval', approval],
    ['models/churn/rollouts', { version: 9 }],
    ['models/none/rollback', { reason: 'r' }],
  ];
  for (const [path, body] of missing) {
    it(`answers POST ${path} with 404`, async () => {
      const api = await anApi();
      expect((await api.call('POST', path, body)).status).toBe(404);
      expect([...api.published, ...api.started]).toEqual([]);
    });
  }
});

describe('applying a spec', () => {
  it('that asks for a retraining every month has it asked for then', async () => {
    const { call, registry } = await anApi();
    await call('POST', 'specs', aSpecDocument({ monitoring: { retrain: { every: '30d' } } }));
    expect(await registry.findParked('schedule/churn')).toMatchObject({ dueAt: '2026-04-01T00:00:00.000Z' });
  });

  it('creates a model, then recognises the same spec', async () => {
    const api = await anApi();
    const document = aSpecDocument({ name: 'wine' });
    const first = await api.call('POST', 'specs', document);
    expect(first).toMatchObject({ status: 201, body: { model: 'wine', version: 1, created: true } });
    const again = await api.call('POST', 'specs', document);
    expect(first.body).not.toHaveProperty('compatibility');
    const compatibility = { compatible: true, changes: [] };
    expect(again).toMatchObject({ status: 200, body: { model: 'wine', version: 1, created: false, compatibility } });
    const applied = { name: 'SpecApplied', model: 'wine', specVersion: 1, at: AT };
    expect(api.published).toEqual([applied, { ...applied, compatible: true }]);
    expect((await api.registry.requireSpec('wine')).by).toBe(ANA);
  });

  it('says what a new version means to those who rely on the one before', async () => {
    const api = await anApi();
    const { body } = await api.call('POST', 'specs', aSpecDocument({ data: { ignored: ['age'] } }));
    expect(body).toMatchObject({
      version: 2,
      compatibility: {
        compatible: false,
        changes: [
          { path: 'features.age', kind: 'breaking', message: expect.stringContaining('requests') },
          { path: 'data.ignored', kind: 'neutral' },
        ],
      },
    });
    expect(api.published).toMatchObject([{ name: 'SpecApplied', specVersion: 2, compatible: false }]);
  });

  it('answers 422 with everything that is wrong', async () => {
    const api = await anApi();
    const { status, body } = await api.call(
      'POST',
      'specs',
      aSpecDocument({ task: 'guess', data: { target: 'nope' } }),
    );
    expect(status).toBe(422);
    expect(body.title).toBe('InvalidSpecError');
    const paths = body.problems.map(({ path }: { path: string }) => path);
    expect(paths).toContain('task');
    expect(paths).toContain('data.target');
    expect(api.published).toEqual([]);
  });

  it('takes a body that came base64-encoded', async () => {
    const { handler } = await anApi();
    const response = await handler({
      httpMethod: 'POST',
      path: '/registry/models/churn/runs',
      pathParameters: { proxy: 'models/churn/runs' },
      body: Buffer.from(JSON.stringify({ reason: 'ünïcode' })).toString('base64'),
      isBase64Encoded: true,
    });
    expect(response.statusCode).toBe(202);
  });
});

describe('asking for a run', () => {
  it('publishes who asks and why', async () => {
    const api = await anApi();
    expect(await api.call('POST', 'models/churn/runs', { reason: 'new prices' })).toMatchObject({ status: 202 });
    expect(api.published).toEqual([
      { name: 'TrainingRequested', model: 'churn', at: AT, by: ANA, reason: 'new prices' },
    ]);
  });

  const callers: [string, object, string][] = [
    ['the IAM identity', { identity: { userArn: ANA } }, ANA],
    [
      'the subject of the token',
      { identity: { userArn: null }, authorizer: { principalId: 'auth0|7', models: 'churn' } },
      'auth0|7',
    ],
    [
      'the subject rather than the identity',
      { identity: { userArn: ANA }, authorizer: { principalId: 'bo', models: '*' } },
      'bo',
    ],
    ['anonymous for want of both', { identity: {} }, 'anonymous'],
  ];
  for (const [what, context, by] of callers) {
    it(`names ${what}`, async () => {
      const api = await anApi();
      await api.call('POST', 'models/churn/runs', { reason: 'r' }, context);
      expect(api.published).toMatchObject([{ by }]);
    });
  }

  it('takes no name from the body', async () => {
    const api = await anApi();
    expect((await api.call('POST', 'models/churn/runs', { reason: 'r', by: 'boss' })).status).toBe(400);
  });
});

describe('approving a version', () => {
  it('sets the status in the name of the caller and resumes the execution', async () => {
    const api = await waiting();
    const { status, body } = await api.call('POST', 'models/churn/versions/1/approval', approval);
    expect({ status, body }).toEqual({
      status: 200,
      body: { model: 'churn', version: 1, approvalStatus: 'Approved', resumed: true },
    });
    expect(api.answered).toEqual([{ token: 'tok', output: { approved: true } }]);
    expect(api.registry.parkedNames()).toEqual([]);
    const audit = await api.registry.listAudit('churn');
    expect(audit.find(({ action }) => action === 'approval.Approved')).toMatchObject({ actor: ANA });
    const [decision] = await api.registry.listDecisions('churn', 'approval');
    expect(decision).toMatchObject({ outcome: 'approved', reasons: ['looks right'], version: 1 });
  });

  it('fails the execution when it is denied', async () => {
    const api = await waiting();
    const { body } = await api.call('POST', 'models/churn/versions/1/approval', { approved: false, reason: 'biased' });
    expect(body.approvalStatus).toBe('Rejected');
    expect(api.answered).toMatchObject([{ token: 'tok', name: 'ApprovalDeniedError' }]);
    expect(api.answered).toMatchObject([{ message: expect.stringContaining('biased') }]);
  });

  it('answers once, however often the same answer comes', async () => {
    const api = await waiting();
    await api.call('POST', 'models/churn/versions/1/approval', approval);
    const again = await api.call('POST', 'models/churn/versions/1/approval', approval);
    expect(again).toMatchObject({ status: 200, body: { resumed: false } });
    expect(api.answered).toHaveLength(1);
  });

  it('finishes what a call that died left undone', async () => {
    const api = await waiting();
    await api.registry.setApproval('churn', 1, 'Approved', CHANGE);
    const { body } = await api.call('POST', 'models/churn/versions/1/approval', approval);
    expect(body.resumed).toBe(true);
    expect(api.registry.parkedNames()).toEqual([]);
  });

  it('refuses the opposite answer afterwards', async () => {
    const api = await waiting();
    await api.call('POST', 'models/churn/versions/1/approval', approval);
    const denied = await api.call('POST', 'models/churn/versions/1/approval', { approved: false, reason: 'late' });
    expect(denied).toMatchObject({ status: 409, body: { title: 'InvalidTransitionError' } });
    expect(api.answered).toHaveLength(1);
    expect((await api.registry.requireVersion('churn', 1)).approvalStatus).toBe('Approved');
  });

  it('refuses to approve what needed no approval', async () => {
    const api = await anApi();
    await api.registry.registerVersion(aModelVersion(), CHANGE);
    expect((await api.call('POST', 'models/churn/versions/1/approval', approval)).status).toBe(409);
    expect(await api.registry.listDecisions('churn')).toEqual([]);
  });

  it('approves a version whose execution has ended without resuming anything', async () => {
    const api = await anApi();
    await api.registry.registerVersion(aModelVersion({ approvalStatus: 'PendingManualApproval' }), CHANGE);
    const { body } = await api.call('POST', 'models/churn/versions/1/approval', approval);
    expect(body).toMatchObject({ approvalStatus: 'Approved', resumed: false });
  });
});

describe('starting a rollout', () => {
  it('starts it in the name of the caller', async () => {
    const api = await anApi();
    await api.registry.registerVersion(aModelVersion(), CHANGE);
    const { status, body } = await api.call('POST', 'models/churn/rollouts', { version: 1 });
    expect({ status, body }).toEqual({ status: 202, body: { model: 'churn', version: 1, rolloutId: 'churn-v1-r1' } });
    expect(api.started).toEqual([{ model: 'churn', version: 1, by: ANA }]);
  });
});

describe('rolling back', () => {
  it('gives traffic and champion back to the version before, at its own target', async () => {
    const api = await promotedTwice();
    const { status } = await api.call('POST', 'models/churn/rollback', { reason: 'errors' });
    expect(status).toBe(200);
    const target = { kind: 'endpoint', endpointName: 'churn-v1-abc' };
    expect(await api.registry.findTraffic('churn')).toMatchObject({
      rev: 3,
      routes: [{ version: 1, weight: 1, target }],
    });
    expect(await api.registry.findAlias('churn', 'champion')).toMatchObject({ version: 1, rev: 3, by: ANA });
    expect(await api.registry.requireRollout('churn', 'churn-v2-r1')).toMatchObject({
      status: 'rolled-back',
      reasons: ['errors'],
    });
    const [decision] = await api.registry.listDecisions('churn', 'rollout');
    expect(decision).toMatchObject({ outcome: 'rolled-back', reasons: ['errors'], numbers: { from: 2, to: 1 } });
    expect(api.published).toEqual([
      { name: 'RolloutRolledBack', model: 'churn', at: AT, rolloutId: 'churn-v2-r1', version: 2, reasons: ['errors'] },
    ]);
  });

  it('does not bring the bad version back when it is repeated', async () => {
    const api = await promotedTwice();
    await api.call('POST', 'models/churn/rollback', { reason: 'errors' });
    const again = await api.call('POST', 'models/churn/rollback', { reason: 'errors' });
    expect(again).toMatchObject({ status: 409, body: { title: 'RollbackRefusedError' } });
    expect((await api.registry.findAlias('churn', 'champion'))?.version).toBe(1);
  });

  it('has one effect when two ask at the same time', async () => {
    const api = await promotedTwice();
    const answers = await Promise.all(
      ['a', 'b'].map((reason) => api.call('POST', 'models/churn/rollback', { reason })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await api.registry.findAlias('churn', 'champion'))?.rev).toBe(3);
  });

  it('refuses a model that has no champion', async () => {
    const api = await anApi();
    expect((await api.call('POST', 'models/churn/rollback', { reason: 'r' })).status).toBe(409);
  });

  it('takes the traffic of a rollout that is judged, too', async () => {
    const api = await promotedTwice();
    const candidate = await api.registry.registerVersion(aModelVersion({ runId: 'run-3' }), CHANGE);
    const routes = [
      { version: 2, weight: 0.9, target: LAMBDA },
      { version: candidate.version, weight: 0.1, target: LAMBDA },
    ];
    await api.registry.writeTraffic(aTraffic({ rolloutId: 'churn-v3-r1', routes }), 2, CHANGE);
    expect((await api.call('POST', 'models/churn/rollback', { reason: 'r' })).status).toBe(200);
    const traffic = await api.registry.findTraffic('churn');
    expect(traffic).toMatchObject({ rev: 4, routes: [{ version: 1, weight: 1 }] });
    expect(traffic?.rolloutId).toBeUndefined();
  });

  it('refuses while the version before is rolled out again', async () => {
    const api = await promotedTwice();
    const again = aRollout({ rolloutId: 'churn-v1-r2', candidate: 1, status: 'shifting' });
    await api.registry.createRollout(again, CHANGE);
    const { status, body } = await api.call('POST', 'models/churn/rollback', { reason: 'r' });
    expect({ status, detail: body.detail }).toMatchObject({
      status: 409,
      detail: expect.stringContaining('churn-v1-r2'),
    });
  });

  it('refuses to go back to a version that was rejected since', async () => {
    const api = await promotedTwice();
    await api.registry.setApproval('churn', 1, 'Rejected', CHANGE);
    expect((await api.call('POST', 'models/churn/rollback', { reason: 'r' })).status).toBe(409);
    expect((await api.registry.findAlias('churn', 'champion'))?.version).toBe(2);
  });
});

describe('the log', () => {
  afterEach(() => vi.restoreAllMocks());

  it('has one line per call and nothing of a body', async () => {
    const lines: string[] = [];
    vi.stubEnv('LOG_LEVEL', 'info');
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const api = await waiting();
    const secret = 'a-secret-word';
    await api.call('POST', 'specs', aSpecDocument({ name: 'wine', description: secret }));
    await api.call('POST', 'specs', aSpecDocument({ task: secret }));
    await api.call('POST', 'specs', `{${secret}`);
    await api.call('POST', 'models/churn/runs', { reason: secret });
    await api.call('POST', 'models/churn/versions/1/approval', { approved: true, reason: secret });
    await api.call('POST', 'models/churn/rollback', { [secret]: secret });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      [201, 422, 400, 202, 200, 400].map((status) => ({ event: 'registry-call', method: 'POST', by: ANA, status })),
    );
    expect(lines.join('')).not.toContain(secret);
  });
});
