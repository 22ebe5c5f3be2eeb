namespace Vitrine.Agent.Audit.Secrets;

/// <summary>A command line without the values of flags that are named as secrets are, for showing it.</summary>
static class SecretArguments
{
    /// <summary>In place of a value.</summary>
    public const string Mask = "[redacted]";

    /// <summary>
    /// The arguments with <c>--password VALUE</c> and <c>--password=VALUE</c> masked. Unlike the search for secrets it asks only for the name: too much that is hidden does no harm, and a value may begin with a dash or be
    /// short.
    /// </summary>
    public static IEnumerable<string> Masked(IReadOnlyList<string> arguments)
    {
        var isValue = false;
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var flag = equals > 0 ? argument[..equals] : argument;
            var isSecret = SecretRules.IsSecretName(flag) && (equals > 0 || flag.StartsWith('-'));
            yield return isValue ? Mask : isSecret && equals > 0 ? $"{flag}={Mask}" : argument;
            isValue = isSecret && equals < 0;
        }
    }
}
