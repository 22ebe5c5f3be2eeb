using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.Doors.Tests.Http;

/// <summary>Whatever a path is written like, it is the guard's, or it is nothing: raw requests to a real server, once by a caller who may look and once by one who may not.</summary>
public sealed class PathTests
{
    /// <summary>How the target of a request is written, and the status for who may look.</summary>
    public static TheoryData<string, int> Targets() => new()
    {
        { "/debug/pprof/heap", 200 }, { "/debug/pprof/heap/", 200 }, { "/DEBUG/Pprof/heap", 200 }, { "/debug/pprof/%68eap", 200 }, { "/debug/x/../pprof/heap", 200 }, { "/debug/./pprof/heap", 200 },
        { "/debug/%2e/pprof/heap", 200 }, { "/debug/x/%2e%2e/pprof/heap", 200 }, { "http://localhost/debug/pprof/heap", 200 }, { "/debug/pprof/heap?debug=0&debug=1", 200 },
        { "/debug/pprof/HEAP", 404 }, { "/debug/pprof/heap%20", 404 }, { "/debug/pprof/heap;x=1", 404 }, { "/debug/pprof/heap.", 404 }, { "/debug/pprof/%2e%2e%2fheap", 404 }, { "/debug/pprof/heap%2f", 404 },
        { "/debug/pprof/index", 404 }, { "/debug/pprof/metrics", 404 }, { "/debug/pprof/vars", 404 }, { "/debug/pprof/unknown", 404 },
        { "//debug/pprof/heap", 404 }, { "/debug//pprof/heap", 404 }, { "/debug/pprof//heap", 404 }, { "/debug/pprof/heap/extra", 404 }, { "/debug%2fpprof%2fheap", 404 }, { "/debug/pprof%2fheap", 404 },
        { "/debug/pprof%5cheap", 404 }, { "/debug\\pprof\\heap", 404 }, { "/debug/pprof/..%2fpprof/heap", 404 }, { "/debug/pprof/x/..%2f..%2fheap", 404 }, { "/.debug/pprof/heap", 404 },
        // Not paths at all: the server refuses them before anything of ours.
        { "/debug/pprof/%c0%afheap", 404 }, { "/debug/pprof/he%00ap", 400 }, { "debug/pprof/heap", 400 }, { "*", 405 },
    };

    [Theory, MemberData(nameof(Targets))]
    public async Task Get_WhoMayLook_GetsThePageOrNothing(string target, int status)
    {
        await using var door = await TestDoor.Start(instruments: new GrowingProfile("heap"));

        Assert.StartsWith($"HTTP/1.1 {status} ", await door.RawGet(target), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Targets))]
    public async Task Get_WhoMayNot_GetsNothing(string target, int status)
    {
        var heap = new Watched("heap");
        await using var door = await TestDoor.Start(guard: static options => options.Identity.Local.Allow = false, instruments: heap);

        var answer = await door.RawGet(target);

        // The same whether there is such a profile: 401 for all that is ours.
        var isOurs = status == 200 || answer.Contains("X-Go-Pprof", StringComparison.Ordinal);
        Assert.StartsWith($"HTTP/1.1 {(isOurs ? 401 : status)} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Unknown profile", answer, StringComparison.Ordinal);
        Assert.Equal(0, heap.Looks);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override: GET"), InlineData("X-HTTP-Method: GET"), InlineData("X-Method-Override: HEAD"), InlineData("X-Original-URL: /debug/pprof/heap"), InlineData("X-Rewrite-URL: /debug/pprof/heap")]
    public async Task MethodAndPath_InHeaders_AreNotHeardOf(string header)
    {
        var heap = new Watched("heap");
        await using var door = await TestDoor.Start(instruments: heap);

        var posted = await door.Raw($"POST /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n{header}\r\n\r\n");
        var elsewhere = await door.RawGet("/", header);

        Assert.StartsWith("HTTP/1.1 4", posted, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", elsewhere, StringComparison.Ordinal);
        Assert.Equal(0, heap.Looks);
    }

    [Theory]
    [InlineData("POST"), InlineData("PUT"), InlineData("DELETE"), InlineData("OPTIONS"), InlineData("TRACE"), InlineData("PATCH"), InlineData("BREW")]
    public async Task OtherMethods_WhoMayLook_IsToldWhichThereAre_AndWhoMayNot_IsNot(string method)
    {
        await using var door = await TestDoor.Start(instruments: new GrowingProfile("heap"));
        await using var closed = await TestDoor.Start(guard: static options => options.Identity.Local.Allow = false, instruments: new GrowingProfile("heap"));
        var request = $"{method} /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

        Assert.StartsWith("HTTP/1.1 405 ", await door.Raw(request), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await closed.Raw(request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NameOfAnyLength_IsUnknown_AndNotRepeated()
    {
        await using var door = await TestDoor.Start(instruments: new GrowingProfile("heap"));

        var answer = await door.RawGet("/debug/pprof/" + new string('n', 6000));

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nUnknown profile\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 30, "HTTP/1.1 200 "), InlineData(101, 10, "HTTP/1.1 431 "), InlineData(4, 20_000, "HTTP/1.1 431 ")]
    public async Task Get_ManyOrLargeHeaders_IsAnsweredOrRefusedByTheServer(int count, int length, string status)
    {
        await using var door = await TestDoor.Start(instruments: new GrowingProfile("heap"));
        // Two are there already: Host and Connection.
        var headers = Enumerable.Range(0, count - 2).Select(i => $"X-Header-{i}: {new string('v', length)}").ToArray();

        Assert.StartsWith(status, await door.RawGet("/debug/pprof/heap", headers), StringComparison.Ordinal);
    }
}
