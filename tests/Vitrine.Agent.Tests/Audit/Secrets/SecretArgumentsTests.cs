using Vitrine.Agent.Audit.Secrets;

namespace Vitrine.Agent.Tests.Audit.Secrets;

/// <summary>Command lines for showing.</summary>
public sealed class SecretArgumentsTests
{
    [Theory]
    [InlineData("shop --password hunter2 -v", "shop --password [redacted] -v")]
    [InlineData("shop --password=hunter2", "shop --password=[redacted]")]
    [InlineData("shop -api-key -x --port 80", "shop -api-key [redacted] --port 80")]
    [InlineData("shop --password-file /run/p --level debug", "shop --password-file /run/p --level debug")]
    public void Masked_OfArguments_HidesValuesOfSecretFlags(string given, string expected) => Assert.Equal(expected, string.Join(' ', SecretArguments.Masked(given.Split(' '))));
}
