/**
 * Keeps the AWS SDK from printing, in the middle of a command's output, that its versions of 2027 will want a newer
 * Node. The lockfile decides which SDK is used, and the README says which Node it wants. An operator who has set the
 * variable keeps their choice.
 */
export function quietSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
