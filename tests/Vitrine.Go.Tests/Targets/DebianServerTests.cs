using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Targets;

[FullRunOnly("Debian servers")]
public sealed class DebianServerTests
{
    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Start_AnyServer_AnswersWithItsOwnGoroutines(string name)
    {
        using var server = DebianServer.Start(name);

        Assert.StartsWith("goroutine ", server.Stacks(), StringComparison.Ordinal);
    }
}
