import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedactor } from '../../../src/domain/redact.ts';

const redact = createRedactor([]);
const letters = (n: number, alphabet = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYz') =>
  Array.from({ length: n }, (_, i) => alphabet[(i * 7 + 3) % alphabet.length]).join('');
const x = letters(40);
const upper = letters(16, 'ABCDEFGH23456789');
const hex = letters(40, '0a1b2c3d4e5f6789');

/** Text, and the secret in it that must be gone. Values are made here, so that no scanner mistakes this file for a leak. */
const SECRETS: Readonly<Record<string, readonly [text: string, secret: string]>> = {
  'PEM block': [`-----BEGIN RSA PRIVATE KEY-----\n${x}\n${x}\n-----END RSA PRIVATE KEY-----`, x],
  'PEM block with escaped line ends': [
    `{"k":"-----BEGIN EC PRIVATE KEY-----\\n${x}\\n-----END EC PRIVATE KEY-----\\n"}`,
    x,
  ],
  'PEM block without its end': [`-----BEGIN PRIVATE KEY-----\n${x}\n${x}`, x],
  'PEM block without its begin': [`${x}\n${x}\n-----END PRIVATE KEY-----\nready`, x],
  'PEM block in base64': [`ca: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSU${x}`, x],
  JWT: [`got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${x} from client`, x],
  'docker configuration': ['.dockerconfigjson: eyJhdXRocyI6eyJyZWciOnsiYXV0aCI6ImQ6cCJ9fX0=', 'eyJhdXRocyI6'],
  'bearer header': [`Authorization: Bearer ${x}`, x],
  'basic header': ['authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
  'header in JSON': [`{"Authorization":"Bearer ${x}"}`, x],
  'bearer in a sentence': [`sent bearer ${x} to upstream`, x],
  cookie: ['Set-Cookie: sid=s3cr3tvalue; Path=/', 's3cr3tvalue'],
  'X-Api-Key header': ['x-api-key: abcdef', 'abcdef'],
  'URL with user and password': ['https://bob:hunter2@git.example.com/x.git', 'hunter2'],
  'URL with token as user': [`https://${hex}@git.example.com/x.git`, hex],
  'Postgres URL': ['postgres://app:pa$$w0rd@db.orders.svc:5432/orders', 'pa$$w0rd'],
  'URL with a slash in the password': ['postgresql://app:pa/ss@db:5432/orders', 'pa/ss'],
  'URL with an at sign in the password': ['redis://:p@ss@cache:6379/0', 'p@ss'],
  'Go data source name': ['root:hunter2@tcp(db:3306)/orders', 'hunter2'],
  'key-value data source name': ['host=db user=app password=hunter2 dbname=orders', 'hunter2'],
  'ADO connection string': ['Server=db;User Id=app;Password=hunter2;Database=orders', 'hunter2'],
  'storage connection string': [`DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${x}==;`, x],
  'YAML value': ['db:\n  password: correct horse battery\n  port: 5432', 'horse'],
  'YAML block': ['password: |\n  first line\n  second line\nport: 1', 'second line'],
  'YAML flow map': ['{user: app, password: hunter2, port: 1}', 'hunter2'],
  'JSON value': ['{"user":"app","password":"hun\\"ter2","port":1}', 'ter2'],
  'JSON number': ['{"password":12345678}', '12345678'],
  'JSON in JSON': ['{"cfg":"{\\"password\\":\\"hunter2\\"}"}', 'hunter2'],
  'camel case': ['dbPassword: hunter2', 'hunter2'],
  'one word': ['mydbpassword=hunter2', 'hunter2'],
  'environment variable': ['export STRIPE_SECRET_KEY=whatever', 'whatever'],
  'environment key with a random value': [`SOME_KEY=${x}`, x],
  'environment of a manifest': ['env:\n- name: DB_PASSWORD\n  value: hunter2\n- name: A\n  value: b', 'hunter2'],
  'environment of a manifest with a comment': ['- name: DB_PASSWORD\n  # set by hand\n  value: "hunter2"', 'hunter2'],
  'environment, flow': ['{name: API_TOKEN, value: hunter2}', 'hunter2'],
  'environment, JSON': ['{"name":"API_TOKEN","value":"hunter2"}', 'hunter2'],
  'environment, JSON, value first': ['{"value":"hunter2","name":"API_TOKEN"}', 'hunter2'],
  'environment in a diff': ['+        - name: DB_PASSWORD\n+          value: hunter2', 'hunter2'],
  flag: ['mysql --user app --password hunter2 -h db', 'hunter2'],
  'flag with equals sign': ['args: ["--api-token=hunter2", "-v"]', 'hunter2'],
  'flag and value as list items': ['["--token", "hunter2"]', 'hunter2'],
  'flag and value as YAML items': ['args:\n- --token\n- hunter2\n- -v', 'hunter2'],
  'query parameter': ['GET /x?access_token=hunter2&page=1', 'hunter2'],
  'log field': ['level=info msg="login" token=hunter2 user=bob', 'hunter2'],
  'Ruby hash': [':password => "hunter2"', 'hunter2'],
  'list of passwords': ['{"passwords":["hunter2","hunter3"]}', 'hunter3'],
  'Secret manifest': [
    'apiVersion: v1\nkind: Secret\ndata:\n  user: YWRtaW4=\n  note: |\n    aGk=\ntype: Opaque',
    'YWRtaW4=',
  ],
  'Secret manifest, many lines': ['kind: Secret\nstringData:\n  note: |\n    hello there\n    again\n', 'again'],
  'Secret manifest, flow': ['kind: Secret\nstringData: {user: admin1, b: c}', 'admin1'],
  'Secret manifest, JSON': ['{"data":{"user":"YWRtaW4="},"kind":"Secret"}', 'YWRtaW4='],
  'Secret manifest in a List': ['items:\n- apiVersion: v1\n  data:\n    user: YWRtaW4=\n  kind: Secret', 'YWRtaW4='],
  kubeconfig: [`    client-key-data: ${x}\n    client-certificate-data: ${x}`, x],
  'AWS id': [`key AKIA${upper} used`, upper],
  'AWS secret': [`aws_secret_access_key = ${x}`, x],
  'GitHub token': [`cloned with ghp_${letters(36)}`, letters(36)],
  'GitHub fine-grained token': [`github_pat_${letters(60)}`, letters(60)],
  'GitLab token': [`glpat-${letters(20)}`, letters(20)],
  'Slack token': [`xoxb-1234567890-${letters(16)}`, letters(16)],
  'Slack hook': ['https://hooks.slack.com/services/T000/B000/abcdefgh', 'abcdefgh'],
  'OpenAI key': [`sk-proj-${letters(32)}`, letters(32)],
  'Google key': [`AIza${letters(35)}`, letters(35)],
  'Stripe key': [`sk_live_${letters(24)}`, letters(24)],
  'npm token': [`//r/:_authToken=npm_${letters(36)}`, letters(36)],
  'bcrypt hash': [`admin:$2a$10$${letters(53)}`, letters(53)],
  'random text beside a word': [`the secret is ${x}`, x],
  'random hex right after a word': [`using token ${hex}`, hex],
};

describe('what is hidden', () => {
  for (const [name, [text, secret]] of Object.entries(SECRETS)) {
    it(name, () => {
      const out = redact(text);
      assert.ok(text.includes(secret), 'the case holds its secret');
      assert.ok(!out.includes(secret), out);
      assert.ok(out.includes('[redacted]'), out);
      assert.equal(redact(out), out);
    });
  }
});

it('keeps what stands around a secret', () => {
  assert.equal(
    redact('host=db user=app password=hunter2 dbname=orders'),
    'host=db user=app password=[redacted] dbname=orders',
  );
  assert.equal(redact('{user: app, password: hunter2, port: 1}'), '{user: app, password: [redacted], port: 1}');
  assert.equal(redact('{"password":"hunter2","port":1}'), '{"password":"[redacted]","port":1}');
  assert.equal(redact('args:\n- --token\n- hunter2\n- -v'), 'args:\n- --token\n- [redacted]\n- -v');
  assert.equal(redact('postgres://app:x1y2@db:5432/orders'), 'postgres://[redacted]@db:5432/orders');
  assert.equal(
    redact('kind: Secret\ndata:\n  user: YWRtaW4=\ntype: Opaque'),
    'kind: Secret\ndata:\n  user: [redacted]\ntype: Opaque',
  );
  assert.equal(redact('password: |\n  one\n  two\nport: 1'), 'password: |\n  [redacted]\nport: 1');
});
