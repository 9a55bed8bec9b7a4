/** A Deployment as a team writes it; `container` are further lines of the container, indented by eight spaces. */
export function deployment(name: string, image: string, container = '', spec = ''): string {
  return `# ${name}. Owner: team ${name}.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
${spec}      terminationGracePeriodSeconds: 2
      containers:
      - name: ${name}
        image: ${image}
${container}`;
}

/** Lines of a container. */
export const lines = (...text: string[]): string => text.map((line) => `        ${line}\n`).join('');
