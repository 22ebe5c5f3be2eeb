using System.Net;
using System.Text.Json;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.Doors.Tests.Http;

public sealed class SwitchesTests
{
    static Task<TestDoor> Start() => TestDoor.Start(instruments: [new GrowingProfile("heap"), new TestRecorder("cpu")]);

    static async Task<(HttpStatusCode Status, string Text)> Post(TestDoor door, string query, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/debug/pprof/switches?" + query);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await door.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    static Task<(HttpStatusCode Status, string Text)> Turn(TestDoor door, string query) => Post(door, query, ("Vitrine-Switch", "1"));

    [Fact]
    public async Task Post_Off_EndsLooks_UntilItIsTakenBack()
    {
        await using var door = await Start();

        Assert.Equal((HttpStatusCode.OK, "heap is off\n"), await Turn(door, "name=heap&on=0"));
        using (var off = await door.Client.GetAsync("/debug/pprof/heap"))
            Assert.Equal((HttpStatusCode.Forbidden, "heap is switched off.\n"), (off.StatusCode, await off.Content.ReadAsStringAsync()));
        Assert.Contains("switched off", await door.Client.GetStringAsync("/debug/pprof/"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "heap is on\n"), await Turn(door, "name=heap"));

        Assert.NotEmpty(await door.Client.GetByteArrayAsync("/debug/pprof/heap"));
    }

    [Fact]
    public async Task Get_SaysWhoAndUntilWhen_AsTextAndAsJson()
    {
        await using var door = await Start();
        var before = DateTimeOffset.UtcNow;
        await Turn(door, "name=heap&on=0&for=10m&reason=busy%0Ahour");

        var line = (await door.Client.GetStringAsync("/debug/pprof/switches")).Split('\n').Single(static one => one.StartsWith("heap ", StringComparison.Ordinal));
        Assert.StartsWith("heap off request by local since ", line, StringComparison.Ordinal);
        Assert.EndsWith(": busy hour", line, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/debug/pprof/switches");
        request.Headers.Add("Accept", "application/json");
        using var json = JsonDocument.Parse(await (await door.Client.SendAsync(request)).Content.ReadAsStringAsync());
        var heap = json.RootElement.GetProperty("switches").EnumerateArray().Single(static one => one.GetProperty("name").GetString() == "heap");
        Assert.False(heap.GetProperty("on").GetBoolean());
        Assert.InRange(heap.GetProperty("until").GetDateTimeOffset(), before + TimeSpan.FromMinutes(10), DateTimeOffset.UtcNow + TimeSpan.FromMinutes(10));
        Assert.Contains("cpu", json.RootElement.GetProperty("switches").EnumerateArray().Select(static one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Post_All_StopsWhatRuns_AndGivesNothingOfIt()
    {
        var cpu = new TestRecorder("cpu");
        await using var door = await TestDoor.Start(instruments: cpu);
        var asked = door.Client.GetAsync("/debug/pprof/profile?seconds=25");
        Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal((HttpStatusCode.OK, "all is off\n"), await Turn(door, "name=all&on=0"));
        using var answer = await asked;

        Assert.True(await cpu.Ended.Task);
        Assert.Equal((HttpStatusCode.Forbidden, "The instrument was switched off while it looked.\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        // Who switched off can switch on again.
        Assert.Equal((HttpStatusCode.OK, "all is on\n"), await Turn(door, "name=all"));
    }

    [Theory]
    [InlineData("name=nothing&on=0", HttpStatusCode.NotFound), InlineData("on=0", HttpStatusCode.NotFound), InlineData("name=heap&on=maybe", HttpStatusCode.BadRequest), InlineData("name=heap&on=0&for=soon", HttpStatusCode.BadRequest),
     InlineData("name=heap&on=0&for=0m", HttpStatusCode.BadRequest), InlineData("name=heap&on=0&for=-1m", HttpStatusCode.BadRequest), InlineData("name=heap&on=0&for=9999999999999999999d", HttpStatusCode.BadRequest)]
    public async Task Post_WhatCannotBe_IsRefused(string query, HttpStatusCode status)
    {
        await using var door = await Start();

        Assert.Equal(status, (await Turn(door, query)).Status);
        Assert.True(door.Desk.Guard.Switches.IsOn("heap"));
    }

    [Fact]
    public async Task Post_ByAPageOfAnotherSite_IsRefused()
    {
        await using var door = await Start();

        Assert.Equal(HttpStatusCode.BadRequest, (await Post(door, "name=heap&on=0")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(door, "name=heap&on=0", ("Vitrine-Switch", "1"), ("Origin", "http://evil.test"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(door, "name=heap&on=0", ("Vitrine-Switch", "1"), ("Origin", "null"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(door, "name=heap&on=0", ("Vitrine-Switch", "1"), ("Sec-Fetch-Site", "cross-site"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(door, "name=heap&on=0", ("Vitrine-Switch", "1"), ("Sec-Fetch-Site", "same-site"))).Status);
        Assert.True(door.Desk.Guard.Switches.IsOn("heap"));
        Assert.Equal(HttpStatusCode.OK, (await Post(door, "name=heap&on=0", ("Vitrine-Switch", "1"), ("Origin", door.Address.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin"))).Status);
    }

    [Fact]
    public async Task Get_NeverTurns()
    {
        await using var door = await Start();

        await door.Client.GetStringAsync("/debug/pprof/switches?name=heap&on=0");

        Assert.True(door.Desk.Guard.Switches.IsOn("heap"));
    }
}
