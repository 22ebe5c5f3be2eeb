using System.Buffers.Binary;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Grpc;
using Vitrine.Guard;

namespace Vitrine.Doors.Tests.Grpc;

public sealed class MeasurementWatchTests
{
    [Fact]
    public async Task Watch_Counted_GivesThatManyMeasurements()
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpFigures("memstats"));
        var answer = await server.Call<WatchResponse>("Looks/Watch", new WatchRequest { Name = "memstats", Count = 2 });
        Assert.True(answer.Code == GrpcStatusCode.Ok, answer.Message);
        Assert.Equal(2, answer.Messages.Count);
        Assert.Equal([1.0, 2.0], answer.Messages.Select(one => one.Measurements[1].Number));
        var first = answer.Messages[0];
        Assert.Equal(["A note."], first.Notes);
        Assert.Equal(DateTimeOffset.UnixEpoch, first.CapturedAt.ToDateTimeOffset());
        var size = first.Measurements[0];
        Assert.Equal(("test.size", "By", Measurement.Types.Kind.Gauge, 42.5, "blue"), (size.Name, size.Unit, size.Kind, size.Number, size.Attributes["colour"]));
        Assert.Equal((Measurement.Types.Kind.Counter, Measurement.ValueOneofCase.Number), (first.Measurements[1].Kind, first.Measurements[1].ValueCase));
        Assert.Equal((Measurement.Types.Kind.UpDownCounter, Measurement.ValueOneofCase.Unknown, "nobody looked"), (first.Measurements[2].Kind, first.Measurements[2].ValueCase, first.Measurements[2].Unknown));
    }

    [Theory]
    [InlineData(0, 999_999_999)]
    [InlineData(-1, 0)]
    [InlineData(3601, 0)]
    [InlineData(3600, 1)]
    [InlineData(1, -1)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, int.MinValue)]
    public async Task Watch_IntervalThatIsNone_IsInvalidArgument(long seconds, int nanos)
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpFigures("memstats"));
        var answer = await server.Call<WatchResponse>("Looks/Watch", new WatchRequest { Name = "memstats", Count = 1, Interval = new() { Seconds = seconds, Nanos = nanos } });
        Assert.Equal(GrpcStatusCode.InvalidArgument, answer.Code);
    }

    [Theory]
    [InlineData("heap", GrpcStatusCode.InvalidArgument)]
    [InlineData("nothing", GrpcStatusCode.NotFound)]
    [InlineData("", GrpcStatusCode.NotFound)]
    public async Task Watch_WhatGivesNoMeasurements_IsSaid(string name, GrpcStatusCode code)
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        var answer = await server.Call<WatchResponse>("Looks/Watch", new WatchRequest { Name = name, Count = 1 });
        Assert.True(code == answer.Code, $"{answer.Code}: {answer.Message}");
    }

    [Fact]
    public async Task Watch_SwitchedOffMeanwhile_EndsWithTheNextTick()
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpFigures("memstats"));
        using var response = await server.Begin("Looks/Watch", new WatchRequest { Name = "memstats" });
        await using var stream = await response.Content.ReadAsStreamAsync();
        var header = new byte[5];
        await stream.ReadExactlyAsync(header);
        await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))]);
        Assert.Null(server.Guard.Switches.Set("memstats", false, "the test"));
        using var limit = new CancellationTokenSource(GrpcDoorServer.Limit);
        while (await stream.ReadAsync(new byte[4096], limit.Token) > 0)
        {
        }
        Assert.Equal("7", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Watch_TooFastForTheGuard_MissesTicksAndSaysSo()
    {
        var options = new GuardOptions();
        options.Limits.MinimumIntervals["memstats"] = TimeSpan.FromSeconds(1.5);
        await using var server = await GrpcDoorServer.Start(options, new MadeUpService("self", new MadeUpFigures("memstats")));
        var answer = await server.Call<WatchResponse>("Looks/Watch", new WatchRequest { Name = "memstats", Count = 2 });
        Assert.True(answer.Code == GrpcStatusCode.Ok, answer.Message);
        Assert.Equal([0u, 1u], answer.Messages.Select(one => one.Missed));
    }
}
