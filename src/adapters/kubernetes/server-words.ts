/** The RBAC authorizer's words (k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go). */
export const NO_RIGHT = /User ".*" cannot \w+ (?:resource|path) /;

/** Of an admission webhook that would have effects of its own (k8s.io/apiserver, plugin/webhook/errors). */
export const NO_DRY_RUN = /does not support dry run/;

/**
 * A manifest that does not fit its schema is HTTP 500 in server-side apply, without a reason
 * (k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go): it says something about the object all the same.
 */
export const NOT_TYPED = /^failed to (?:create typed patch object|convert new (?:typed )?object) \(/;
