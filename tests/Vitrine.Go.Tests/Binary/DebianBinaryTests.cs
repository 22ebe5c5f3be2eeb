using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>Go servers as Debian builds and strips them: nobody here chose their flags.</summary>
[FullRunOnly("Debian servers")]
public class DebianBinaryTests
{
    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Open_ServerOfDebian_ReadsFunctionsAndTypes(string name)
    {
        var path = DebianServer.ProgramOf(name);
        if (!File.Exists(path))
            Prerequisite.Missing($"{name} is missing: run eng/debian-servers");

        using var binary = GoBinary.Open(ElfFile.Open(path));

        Assert.True(binary.IsStripped);
        Assert.Equal(GoVersionSupport.Tested, GoVersionWindow.Of(binary.Version));
        Assert.InRange(binary.Functions.Count, 10_000, 200_000);
        for (var i = 0; i < binary.Functions.Count; i++)
            Assert.NotEqual("", binary.Functions[i].Name);
        foreach (var function in new[] { "runtime.gopark", "runtime.goexit", "main.main", "net/http.(*conn).serve" })
            Assert.NotEmpty(binary.Functions.FindByName(function));

        // Debian builds with -trimpath: files are named by package, not by folder.
        Assert.Equal("runtime/proc.go", binary.Functions.FindByName("runtime.gopark")[0].File);

        var g = binary.Layouts.Find("runtime.g");
        Assert.Equal(LayoutSource.TypeDescriptors, g.Source);
        Assert.Equal((0, 8, 56), (g.OffsetOf("stack.lo"), g.OffsetOf("stack.hi"), g.OffsetOf("sched.sp")));
        var request = binary.Layouts.Find("net/http.Request");
        Assert.Equal((0, 16, 56), (request.OffsetOf("Method"), request.OffsetOf("URL"), request.OffsetOf("Header")));
        foreach (var type in new[] { "runtime.m", "runtime.p", "runtime.sudog", "runtime.hchan", "runtime.mspan", "runtime.pollDesc", "internal/poll.FD" })
            Assert.True(binary.Layouts.TryFind(type, out _), type);
    }
}
