using Microsoft.AspNetCore.Builder;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Http;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.Doors.Tests.Http;

/// <summary>The door alone; what is around it is asked in a service (HiddenServiceTests) and at a gate (HiddenGateTests).</summary>
public sealed class HidingTests
{
    static readonly HttpDoorOptions s_hidden = new() { Prefix = HiddenPaths.Prefix, MetricsPath = HiddenPaths.Prefix + "metrics" };

    [Theory]
    [InlineData("GET"), InlineData("HEAD"), InlineData("POST"), InlineData("OPTIONS"), InlineData("PUT"), InlineData("TRACE"), InlineData("PROPFIND")]
    public async Task DefaultPath_WithAPrefix_IsAnsweredAsAnyUnknownPath_ByteForByte(string method)
    {
        await using var door = await TestDoor.Start(s_hidden, routes: static app => app.MapGet("/work", static () => "done"), instruments: new GrowingProfile("heap"));

        var answer = Assert.Single(await HiddenPaths.Answers(path => RawHttp.Http1(door.Address.Port, method, path)));

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefix_HasThePages_AndItsMetrics()
    {
        await using var door = await TestDoor.Start(s_hidden, instruments: new GrowingProfile("heap"));

        Assert.StartsWith("HTTP/1.1 200 ", await door.RawGet(HiddenPaths.Prefix), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await door.RawGet(HiddenPaths.Prefix + "heap"), StringComparison.Ordinal);
        Assert.EndsWith("the page metrics", await door.RawGet(HiddenPaths.Prefix + "metrics"), StringComparison.Ordinal);
        Assert.Contains($"Location: {HiddenPaths.Prefix}\r\n", await door.RawGet(HiddenPaths.Prefix[..^1]), StringComparison.Ordinal);
    }
}
