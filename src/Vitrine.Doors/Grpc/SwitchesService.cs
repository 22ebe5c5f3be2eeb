using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Grpc;

namespace Vitrine.Doors.Grpc;

/// <summary><c>vitrine.v1.Switches</c>: reads and turns the guard's switches, for who may.</summary>
sealed class SwitchesService
{
    readonly LookDesk _desk;
    readonly string _door;

    public SwitchesService(LookDesk desk, string door)
    {
        (_desk, _door) = (desk, door);
        Service = new GrpcService(SwitchesReflection.Descriptor.Services[0]) { Limits = new() { MaximumRequestBytes = 4096 } }
            .Unary<ListSwitchesRequest, ListSwitchesResponse>("ListSwitches", List)
            .Unary<SetSwitchRequest, SetSwitchResponse>("SetSwitch", Set);
    }

    public GrpcService Service { get; }

    async Task<ListSwitchesResponse> List(ListSwitchesRequest request, GrpcCall call)
    {
        // The switches are the guard's: one set for all services, whichever of them is named.
        var service = _desk.Services is [var first, ..] ? first.Name : "";
        using var answer = await _desk.Take(new(_door, service, PageName.Switches, default, HttpCredentials.Of(call.Http)) { Accept = "application/json" }, call.Cancelled);
        if (answer.Status != LookStatus.Ok) throw GrpcAnswers.Fault(answer);
        using var json = JsonDocument.Parse(answer.Bytes);
        return new()
        {
            Switches = { json.RootElement.GetProperty("switches").EnumerateArray().Select(SwitchOf) },
            Problems = { json.RootElement.GetProperty("problems").EnumerateArray().Select(static one => one.GetString() ?? "") },
        };
    }

    async Task<SetSwitchResponse> Set(SetSwitchRequest request, GrpcCall call)
    {
        var problem = "";
        var on = request.State switch
        {
            SetSwitchRequest.Types.State.On => "1",
            SetSwitchRequest.Types.State.Off => "0",
            SetSwitchRequest.Types.State.TakeBack => "",
            _ => Wrong("The state is none: STATE_ON, STATE_OFF or STATE_TAKE_BACK."),
        };
        var lasting = request.Lasting is not { } time ? ""
            : time is { Nanos: 0, Seconds: > 0 } ? time.Seconds.ToString(CultureInfo.InvariantCulture) + "s"
            : Wrong("lasting is a time of whole seconds.");
        // What is wrong with the question is told to who was let in.
        using var answer = await _desk.Turn(new(_door, request.Name, on, lasting, request.Reason, HttpCredentials.Of(call.Http)) { Problem = problem }, call.Cancelled);
        return answer.Status == LookStatus.Ok ? new() { Text = Encoding.UTF8.GetString(answer.Bytes.Span).TrimEnd() } : throw GrpcAnswers.Fault(answer);

        string Wrong(string what)
        {
            problem = what;
            return "";
        }
    }

    static Switch SwitchOf(JsonElement one)
    {
        var state = new Switch { Name = Text("name"), On = one.GetProperty("on").GetBoolean(), Source = Text("source"), By = Text("by"), Reason = Text("reason") };
        if (Time("since") is { } since) state.Since = since;
        if (Time("until") is { } until) state.Until = until;
        return state;

        string Text(string name) => one.GetProperty(name).GetString() ?? "";

        Timestamp? Time(string name) => one.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? Timestamp.FromDateTimeOffset(text.GetDateTimeOffset()) : null;
    }
}
