using Vitrine.Doors.Grpc.V1;
using Vitrine.Grpc;
using State = Vitrine.Doors.Grpc.V1.SetSwitchRequest.Types.State;

namespace Vitrine.Doors.Tests.Grpc;

public sealed class SwitchesServiceTests
{
    static async Task<Switch> Heap(GrpcDoorServer server)
    {
        var answer = await server.Call<ListSwitchesResponse>("Switches/ListSwitches", new ListSwitchesRequest());
        Assert.True(answer.Code == GrpcStatusCode.Ok, answer.Message);
        return Assert.Single(answer.Messages).Switches.Single(one => one.Name == "heap");
    }

    [Fact]
    public async Task SetSwitch_OffForATimeAndTakenBack_IsSeenAndObeyed()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        Assert.Equal((true, "default"), ((await Heap(server)).On, (await Heap(server)).Source));

        var off = await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = "heap", State = State.Off, Lasting = new() { Seconds = 600 }, Reason = "a leak of secrets" });
        Assert.StartsWith("heap is off until ", Assert.Single(off.Messages).Text, StringComparison.Ordinal);
        var heap = await Heap(server);
        Assert.Equal((false, "request", "a leak of secrets"), (heap.On, heap.Source, heap.Reason));
        Assert.InRange((heap.Until.ToDateTimeOffset() - heap.Since.ToDateTimeOffset()).TotalSeconds, 599, 601);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" })).Code);
        Assert.Equal(403, (int)(await server.Http.GetAsync("/debug/pprof/heap")).StatusCode);

        Assert.Equal(GrpcStatusCode.Ok, (await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = "heap", State = State.TakeBack })).Code);
        Assert.Equal(GrpcStatusCode.Ok, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" })).Code);
    }

    [Fact]
    public async Task SetSwitch_All_StopsEverythingButTheSwitches()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap, new MadeUpFigures("memstats"));
        Assert.Equal(GrpcStatusCode.Ok, (await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = "all", State = State.Off })).Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "memstats" })).Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await server.Call<ListInstrumentsResponse>("Looks/ListInstruments", new ListInstrumentsRequest())).Code);
        Assert.Equal(GrpcStatusCode.Ok, (await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = "all", State = State.On })).Code);
        Assert.Equal(GrpcStatusCode.Ok, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "memstats" })).Code);
    }

    [Theory]
    [InlineData("""{"name":"heap"}""", GrpcStatusCode.InvalidArgument)]
    [InlineData("""{"name":"heap","state":99}""", GrpcStatusCode.InvalidArgument)]
    [InlineData("""{"name":"heap","state":"STATE_OFF","lasting":"0.5s"}""", GrpcStatusCode.InvalidArgument)]
    [InlineData("""{"name":"heap","state":"STATE_OFF","lasting":"-5s"}""", GrpcStatusCode.InvalidArgument)]
    [InlineData("""{"name":"heap","state":"STATE_OFF","lasting":"315576000000s"}""", GrpcStatusCode.InvalidArgument)]
    [InlineData("""{"name":"nothing","state":"STATE_OFF"}""", GrpcStatusCode.NotFound)]
    [InlineData("""{"name":"","state":"STATE_OFF"}""", GrpcStatusCode.NotFound)]
    public async Task SetSwitch_WhatCannotBe_IsSaidAndTurnsNothing(string json, GrpcStatusCode code)
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        var answer = await server.Call<SetSwitchResponse>("Switches/SetSwitch", SetSwitchRequest.Parser.ParseJson(json));
        Assert.True(code == answer.Code, $"{answer.Code}: {answer.Message}");
        Assert.Equal("default", (await Heap(server)).Source);
    }

    [Fact]
    public async Task EitherMethod_OfWhoIsNotLetIn_IsRefused()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        (string, string)[] forwarded = [("x-forwarded-for", "10.0.0.1")];
        Assert.NotEqual(GrpcStatusCode.Ok, (await server.Call<ListSwitchesResponse>("Switches/ListSwitches", new ListSwitchesRequest(), forwarded)).Code);
        var known = await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = "heap", State = State.Off }, forwarded);
        var wrong = await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = "nothing" }, forwarded);
        Assert.NotEqual(GrpcStatusCode.Ok, known.Code);
        Assert.Equal((known.Code, known.Message), (wrong.Code, wrong.Message));
        Assert.True((await Heap(server)).On);
    }
}
