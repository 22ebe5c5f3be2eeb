using Vitrine.Agent.Gate.Services;

namespace Vitrine.Agent.Tests.Gate.Services;

/// <summary>What looks use while settings change.</summary>
public sealed class UsersTests
{
    [Fact]
    public void Close_WhileSomebodyUsesIt_ReleasesWithTheLastUser()
    {
        var released = 0;
        var users = new Users(() => released++);
        var (one, two) = (users.Enter()!, users.Enter()!);

        users.Close();
        one.Dispose();
        one.Dispose();
        Assert.Equal(0, released);
        Assert.Null(users.Enter());
        two.Dispose();
        users.Close();

        Assert.Equal(1, released);
    }
}
