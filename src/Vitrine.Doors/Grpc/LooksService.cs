using System.Collections.ObjectModel;
using System.Globalization;
using Google.Protobuf;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Grpc;

namespace Vitrine.Doors.Grpc;

/// <summary><c>vitrine.v1.Looks</c>: each method brings its question to the desk, which asks the guard, and writes out what comes back.</summary>
sealed class LooksService
{
    // What stock clients take in one message, less room for the head.
    const int MaximumContent = 4 * 1024 * 1024 - 16 * 1024;

    // A look keeps its place, and its bytes in memory, until they are sent.
    static readonly TimeSpan s_sendTime = TimeSpan.FromMinutes(5);

    readonly LookDesk _desk;
    readonly string _door;

    public LooksService(LookDesk desk, string door)
    {
        (_desk, _door) = (desk, door);
        Service = new GrpcService(LooksReflection.Descriptor.Services[0]) { Limits = new() { MaximumRequestBytes = 4096 } }
            .Unary<ListServicesRequest, ListServicesResponse>("ListServices", ListServices)
            .Unary<ListInstrumentsRequest, ListInstrumentsResponse>("ListInstruments", ListInstruments)
            .Unary<TakeRequest, TakeResponse>("Take", Take)
            .ServerStreaming<TakeRequest, TakeInPartsResponse>("TakeInParts", TakeInParts)
            .ServerStreaming<WatchRequest, WatchResponse>("Watch", new MeasurementWatch(desk, Ask).Run);
    }

    public GrpcService Service { get; }

    async Task<ListServicesResponse> ListServices(ListServicesRequest request, GrpcCall call)
    {
        var (names, refusal) = await _desk.ListServices(_door, HttpCredentials.Of(call.Http), call.Cancelled);
        return refusal is null ? new() { Services = { names.Select(static name => new Service { Name = name }) } } : throw GrpcAnswers.Fault(refusal);
    }

    async Task<ListInstrumentsResponse> ListInstruments(ListInstrumentsRequest request, GrpcCall call)
    {
        using var answer = await Ask(call, request.Service, PageName.Index, default);
        return new() { Instruments = { IndexJson.Read(answer.Bytes).Select(static one => one.Count is { } count ? new Instrument { Name = one.Name, Description = one.Description, Count = count } : new() { Name = one.Name, Description = one.Description }) } };
    }

    async Task<TakeResponse> Take(TakeRequest request, GrpcCall call)
    {
        using var answer = await Ask(call, request.Service, NameOf(request.Name), QueryOf(request));
        var head = HeadOf(request, answer);
        if (head.Size > MaximumContent) throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"The answer has {head.Size} bytes, and a message has room for {MaximumContent}: ask with TakeInParts.");
        if (answer.File is not { } file) return new() { Head = head, Content = UnsafeByteOperations.UnsafeWrap(answer.Bytes) };
        var bytes = new byte[head.Size];
        await file.ReadExactlyAsync(bytes, call.Cancelled);
        return new() { Head = head, Content = UnsafeByteOperations.UnsafeWrap(bytes) };
    }

    async Task TakeInParts(TakeRequest request, GrpcResponses<TakeInPartsResponse> parts, GrpcCall call)
    {
        using var answer = await Ask(call, request.Service, NameOf(request.Name), QueryOf(request));
        var begun = _desk.Time.GetTimestamp();
        await parts.Write(new() { Head = HeadOf(request, answer) });
        if (answer.File is not { } file)
        {
            foreach (var part in answer.Parts) await Write(part);
            return;
        }
        var buffer = new byte[LookAnswer.PartBytes];
        // A message is in the connection's own memory when it is written: the buffer can be used again.
        while (await file.ReadAtLeastAsync(buffer, LookAnswer.PartBytes, throwOnEndOfStream: false, call.Cancelled) is var read and > 0) await Write(buffer.AsMemory(0, read));

        async Task Write(ReadOnlyMemory<byte> part)
        {
            if (_desk.Time.GetElapsedTime(begun) > s_sendTime) throw new GrpcException(GrpcStatusCode.DeadlineExceeded, $"The answer was not read within {s_sendTime.TotalMinutes:0} minutes.");
            await parts.Write(new() { Content = UnsafeByteOperations.UnsafeWrap(part) });
        }
    }

    /// <summary>An answer of the desk; the caller disposes it.</summary>
    /// <exception cref="GrpcException">There is none.</exception>
    async Task<LookAnswer> Ask(GrpcCall call, string service, string name, LookQuery query, bool isHeadOnly = false)
    {
        var answer = await _desk.Take(new(_door, service, name, query, HttpCredentials.Of(call.Http)) { Accept = name == PageName.Index ? IndexJson.MediaType : "", IsHeadOnly = isHeadOnly }, call.Cancelled);
        if (answer.Status == LookStatus.Ok) return answer;
        answer.Dispose();
        throw GrpcAnswers.Fault(answer);
    }

    // What has methods of its own is there and nowhere else; for the desk an unknown name, so that who may not look does not learn more.
    static string NameOf(string name) => name is PageName.Index or PageName.Switches ? "" : name;

    LookHead HeadOf(TakeRequest request, LookAnswer answer)
    {
        var head = new LookHead
        {
            Service = _desk.Find(request.Service)?.Name ?? "",
            Name = request.Name,
            MediaType = answer.ContentType,
            FileName = answer.FileName ?? "",
            Size = answer.File?.Length ?? answer.Bytes.Length,
            Note = answer.Note,
        };
        foreach (var (rule, count) in answer.Redactions ?? ReadOnlyDictionary<string, long>.Empty) head.Redactions[rule] = count;
        return head;
    }

    // What is wrong with a time is the desk's to say, when the guard has let the caller in.
    static LookQuery QueryOf(TakeRequest request) => new(
        request.Seconds == 0 ? "" : request.Seconds.ToString("0.#########", CultureInfo.InvariantCulture),
        request.Format switch { Format.Text => 1, Format.FullText => 2, _ => 0 },
        request.CollectGarbage ? 1 : 0,
        request.Rate == 0 ? "" : request.Rate.ToString(CultureInfo.InvariantCulture),
        request.Raw);
}
