using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Http;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.Doors.Tests.Http;

public sealed partial class HidingTests
{
    const string Prefix = "/api/v2/_diag/";

    static readonly HttpDoorOptions s_hidden = new() { Prefix = Prefix, MetricsPath = Prefix + "metrics" };

    [Theory]
    [InlineData("GET", "/debug/pprof/"), InlineData("GET", "/debug/pprof"), InlineData("GET", "/debug/pprof/heap"), InlineData("GET", "/debug/pprof/profile?seconds=1"), InlineData("GET", "/debug/pprof/symbol"),
     InlineData("GET", "/debug/pprof/switches"), InlineData("GET", "/metrics"), InlineData("GET", "/debug/vars"), InlineData("HEAD", "/debug/pprof/heap"), InlineData("POST", "/debug/pprof/symbol"), InlineData("POST", "/debug/pprof/switches"),
     InlineData("OPTIONS", "/debug/pprof/heap"), InlineData("PUT", "/metrics")]
    public async Task DefaultPath_WithAPrefix_IsAnsweredAsAnyUnknownPath_ByteForByte(string method, string path)
    {
        await using var door = await TestDoor.Start(s_hidden, routes: static app => app.MapGet("/work", static () => "done"), instruments: new GrowingProfile("heap"));

        var known = await door.Raw(Request(method, path));
        var unknown = await door.Raw(Request(method, "/nobody/has/this"));

        Assert.StartsWith("HTTP/1.1 404 ", unknown, StringComparison.Ordinal);
        Assert.Equal(Date().Replace(unknown, "Date:"), Date().Replace(known, "Date:"));
        // Nothing of ours ran for it: the guard was not asked.
        Assert.Equal(0, door.Desk.Guard.ActiveLooks);
    }

    [Fact]
    public async Task Prefix_HasThePages_AndItsMetrics()
    {
        await using var door = await TestDoor.Start(s_hidden, instruments: new GrowingProfile("heap"));

        Assert.StartsWith("HTTP/1.1 200 ", await door.RawGet(Prefix), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await door.RawGet(Prefix + "heap"), StringComparison.Ordinal);
        Assert.EndsWith("the page metrics", await door.RawGet(Prefix + "metrics"), StringComparison.Ordinal);
        Assert.Contains($"Location: {Prefix}\r\n", await door.RawGet(Prefix[..^1]), StringComparison.Ordinal);
    }

    static string Request(string method, string path) => $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    [GeneratedRegex("Date:[^\r]*")]
    private static partial Regex Date();
}
