using Vitrine.Doors.Looks;
using Vitrine.Doors.Tests.Support;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Tests.Looks;

public sealed class LookThreadTests
{
    [Theory]
    [InlineData("watched"), InlineData(PageName.CommandLine)]   // with others, and alone
    public async Task Take_WhenNoThreadCanBeStarted_IsUnavailable_AndGivesItsPlaceBack(string name)
    {
        var known = TestDoor.DeskOf(null, new Watched("watched"));
        var desk = new LookDesk(known.Guard, known.Services) { StartThread = static _ => throw new OutOfMemoryException() };

        using (var answer = await desk.Take(new("test", "", name, default, new Credentials { Address = System.Net.IPAddress.Loopback }), default))
            Assert.Equal(LookStatus.Unavailable, answer.Status);

        Assert.Equal(0, desk.Guard.ActiveLooks);
    }
}
