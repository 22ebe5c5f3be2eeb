using Vitrine.Doors.Grpc.V1;
using Vitrine.Grpc;
using Vitrine.Guard;
using Vitrine.Instruments;

namespace Vitrine.Doors.Tests.Grpc;

/// <summary>Looks over gRPC: the same as over HTTP.</summary>
public sealed class LooksServiceTests
{
    [Fact]
    public async Task ListServices_OfAGate_NamesThem()
    {
        await using var server = await GrpcDoorServer.Start(new GuardOptions(), new MadeUpService("billing", GrpcDoorServer.Heap), new MadeUpService("orders"));
        var answer = await server.Call<ListServicesResponse>("Looks/ListServices", new ListServicesRequest());
        Assert.Equal(["billing", "orders"], Assert.Single(answer.Messages).Services.Select(one => one.Name));
    }

    [Fact]
    public async Task ListInstruments_OfTheOnlyService_SaysWhatTheyAre()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap, new MadeUpRecorder("cpu"), new MadeUpProfile("block", 1) { Available = Availability.No("nothing watches") });
        var answer = await server.Call<ListInstrumentsResponse>("Looks/ListInstruments", new ListInstrumentsRequest());
        var instruments = Assert.Single(answer.Messages).Instruments;
        Assert.Equal(["block", "cmdline", "heap", "profile", "symbol"], instruments.Select(one => one.Name));
        Assert.Equal("made up block – not here: nothing watches", instruments[0].Description);
        Assert.Equal((true, 3L, false), (instruments[2].HasCount, instruments[2].Count, instruments[3].HasCount));
    }

    [Fact]
    public async Task Take_Profile_IsTheBytesThatHttpGives()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        var answer = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" });
        Assert.Equal(GrpcStatusCode.Ok, answer.Code);
        var taken = Assert.Single(answer.Messages);
        Assert.Equal(await server.Http.GetByteArrayAsync("/debug/pprof/heap"), taken.Content.ToByteArray());
        Assert.Equal(new LookHead { Service = "self", Name = "heap", MediaType = "application/octet-stream", FileName = "heap", Size = taken.Content.Length }, taken.Head);
    }

    [Fact]
    public async Task Take_Text_IsTheTextThatHttpGives()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        var answer = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap", Format = Format.Text, Service = "self" });
        var taken = Assert.Single(answer.Messages);
        Assert.Equal(await server.Http.GetStringAsync("/debug/pprof/heap?debug=1"), taken.Content.ToStringUtf8());
        Assert.StartsWith("text/plain", taken.Head.MediaType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakeInParts_BigProfile_IsAHeadAndTheBytesThatHttpGives()
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpProfile("heap", 150_000));
        var expected = await server.Http.GetByteArrayAsync("/debug/pprof/heap");
        Assert.True(expected.Length > 4 << 20, $"{expected.Length} bytes are not big");
        var answer = await server.Call<TakeInPartsResponse>("Looks/TakeInParts", new TakeRequest { Name = "heap" });
        Assert.Equal(GrpcStatusCode.Ok, answer.Code);
        Assert.Equal(expected.Length, answer.Messages[0].Head.Size);
        Assert.All(answer.Messages.Skip(1), part => Assert.InRange(part.Content.Length, 1, 65_536));
        Assert.Equal(expected, answer.Messages.Skip(1).SelectMany(part => part.Content));

        var whole = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" });
        Assert.Equal(GrpcStatusCode.ResourceExhausted, whole.Code);
        Assert.Contains("TakeInParts", whole.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakeInParts_File_IsItsBytes()
    {
        // Nothing can be taken out of a format of its own: it is for who may have everything.
        await using var server = await GrpcDoorServer.Start(new GuardOptions { Policy = { Roles = { ["owner"] = ["pprof:read:*", "pprof:raw:*"] } } }, new MadeUpService("self", new MadeUpFile("trace")));
        var answer = await server.Call<TakeInPartsResponse>("Looks/TakeInParts", new TakeRequest { Name = "trace", Seconds = 0.5, Raw = true });
        Assert.True(answer.Code == GrpcStatusCode.Ok, answer.Message);
        Assert.Equal(("application/x-test", "trace.test", 1_000_003), (answer.Messages[0].Head.MediaType, answer.Messages[0].Head.FileName, answer.Messages[0].Head.Size));
        Assert.Equal(MadeUpFile.Content(), answer.Messages.Skip(1).SelectMany(part => part.Content));
        Assert.Equal(MadeUpFile.Content(), Assert.Single((await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "trace", Seconds = 0.5, Raw = true })).Messages).Content);
    }

    // As protocol buffers write it in JSON; the status at each door, 0 where HTTP cannot ask it.
    [Theory]
    [InlineData("""{"name":"nothing"}""", GrpcStatusCode.NotFound, 404)]
    [InlineData("""{"name":""}""", GrpcStatusCode.NotFound, 404)]
    [InlineData("""{"name":"index"}""", GrpcStatusCode.NotFound, 404)]
    [InlineData("""{"name":"switches"}""", GrpcStatusCode.NotFound, 0)]
    [InlineData("""{"name":"heap","service":"other"}""", GrpcStatusCode.NotFound, 0)]
    [InlineData("""{"name":"../heap"}""", GrpcStatusCode.NotFound, 0)]
    [InlineData("""{"name":"heap\u0000"}""", GrpcStatusCode.NotFound, 0)]
    [InlineData("""{"name":"heap","seconds":-1}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"heap","seconds":0.5}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"heap","seconds":"NaN"}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"heap","seconds":"Infinity"}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"heap","seconds":1e300}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"waits","seconds":3600}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"waits","rate":99}""", GrpcStatusCode.InvalidArgument, 400)]
    [InlineData("""{"name":"absent"}""", GrpcStatusCode.Unimplemented, 501)]
    [InlineData("""{"name":"broken"}""", GrpcStatusCode.Internal, 500)]
    [InlineData("""{"name":"faulty"}""", GrpcStatusCode.Internal, 500)]
    [InlineData("""{"name":"heap","raw":true}""", GrpcStatusCode.PermissionDenied, 403)]
    public async Task Take_WhatCannotBe_HasTheStatusOfItsKindAtEitherDoor(string json, GrpcStatusCode code, int http)
    {
        var request = TakeRequest.Parser.ParseJson(json);
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap, new MadeUpRecorder("waits"), new MadeUpProfile("absent", 1) { Available = Availability.No("not here") },
            new MadeUpProfile("broken", 1) { Fault = static () => new InstrumentUnavailableException("it is broken") }, new MadeUpProfile("faulty", 1) { Fault = static () => new InvalidOperationException("hunter2") });
        foreach (var method in (string[])["Take", "TakeInParts"])
        {
            var answer = await server.Call<TakeResponse>($"Looks/{method}", request);
            Assert.True(code == answer.Code, $"{answer.Code}: {answer.Message}");
            Assert.NotEmpty(answer.Message);
            Assert.DoesNotContain("hunter2", answer.Message, StringComparison.Ordinal);
        }
        if (http == 0) return;
        var query = FormattableString.Invariant($"?seconds={(request.Seconds == 0 ? "" : request.Seconds)}&rate={(request.Rate == 0 ? "" : request.Rate)}&raw={(request.Raw ? 1 : 0)}");
        Assert.Equal(http, (int)(await server.Http.GetAsync($"/debug/pprof/{(request.Name.Length > 0 ? request.Name : "%20")}{query}")).StatusCode);
    }

    [Fact]
    public async Task Take_WhatHasSecrets_SaysHowManyWereTakenOut()
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpProfile("heap", 3) { Comment = "mail to ada@example.com and bob@example.com" });
        var taken = Assert.Single((await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap", Format = Format.Text })).Messages);
        Assert.DoesNotContain("ada@", taken.Content.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(2, taken.Head.Redactions.Values.Sum());
    }

    [Fact]
    public async Task Take_SwitchedOff_IsPermissionDenied()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        Assert.Null(server.Guard.Switches.Set("heap", false, "the test"));
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" })).Code);
    }

    [Fact]
    public async Task Take_WhileOneRecords_IsResourceExhaustedWithRetryInfo()
    {
        var recorder = new MadeUpRecorder("cpu");
        await using var server = await GrpcDoorServer.Start(recorder);
        using var cancel = new CancellationTokenSource();
        var running = server.Begin("Looks/Take", new TakeRequest { Name = "profile", Seconds = 20 }, cancel.Token);
        Assert.True(await recorder.Started.WaitAsync(GrpcDoorServer.Limit));
        var second = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "profile", Seconds = 1 });
        Assert.Equal((GrpcStatusCode.ResourceExhausted, true), (second.Code, second.HasDetails));
        cancel.Cancel();
        Assert.True(await recorder.WasStopped.Task.WaitAsync(GrpcDoorServer.Limit));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Take_DeadlineThatPasses_StopsTheRecording()
    {
        var recorder = new MadeUpRecorder("cpu");
        await using var server = await GrpcDoorServer.Start(recorder);
        // On a busy machine the time is over before the look has begun.
        for (var timeout = 300; !await recorder.Started.WaitAsync(0); timeout *= 2)
        {
            Assert.InRange(timeout, 0, 16_000);
            Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "profile", Seconds = 20 }, ("grpc-timeout", $"{timeout}m"))).Code);
        }
        Assert.True(await recorder.WasStopped.Task.WaitAsync(GrpcDoorServer.Limit));
    }

    [Theory]
    [InlineData("x-forwarded-for", "127.0.0.1")]
    [InlineData("forwarded", "for=127.0.0.1")]
    [InlineData("via", "1.1 proxy")]
    [InlineData("host", "attacker.example")]
    public async Task EveryMethod_OfWhoIsNotLetIn_IsRefusedAsOverHttp(string header, string value)
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap, new MadeUpFigures("memstats"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/debug/pprof/heap");
        request.Headers.TryAddWithoutValidation(header, value);
        using var http = await server.Http.SendAsync(request);
        var expected = (int)http.StatusCode switch { 401 => GrpcStatusCode.Unauthenticated, 403 => GrpcStatusCode.PermissionDenied, var other => throw new InvalidOperationException($"HTTP {other}") };
        (string, string)[] headers = [(header, value)];
        Assert.Equal(expected, (await server.Call<ListServicesResponse>("Looks/ListServices", new ListServicesRequest(), headers)).Code);
        Assert.Equal(expected, (await server.Call<ListInstrumentsResponse>("Looks/ListInstruments", new ListInstrumentsRequest(), headers)).Code);
        Assert.Equal(expected, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" }, headers)).Code);
        Assert.Equal(expected, (await server.Call<TakeInPartsResponse>("Looks/TakeInParts", new TakeRequest { Name = "heap" }, headers)).Code);
        // Neither whether there is such an instrument, nor what is wrong with the question.
        var unknown = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "nothing", Seconds = -1 }, headers);
        var known = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" }, headers);
        Assert.Equal((known.Code, known.Message), (unknown.Code, unknown.Message));
        foreach (var name in (string[])["memstats", "heap", "nothing"])
            Assert.Equal(expected, (await server.Call<WatchResponse>("Looks/Watch", new WatchRequest { Name = name, Count = 1, Interval = new() { Seconds = -7 } }, headers)).Code);
    }

    [Fact]
    public async Task Health_OfTheDoor_AsksNobodyWhoTheyAre()
    {
        var options = new GuardOptions();
        options.Identity.Local.Allow = false;
        await using var server = await GrpcDoorServer.Start(options, new MadeUpService("self", GrpcDoorServer.Heap));
        Assert.NotEqual(GrpcStatusCode.Ok, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" })).Code);
        var answer = await server.Call<TakeResponse>("/grpc.health.v1.Health/Check", new TakeRequest { Service = "vitrine.v1.Looks" });
        Assert.Equal(GrpcStatusCode.Ok, answer.Code);
    }
}
