using System.Net;
using System.Net.Sockets;
using System.Text;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Tests.Grpc;
using Vitrine.Grpc;

namespace Vitrine.Doors.Tests.Policy;

/// <summary>What a door said.</summary>
/// <param name="IsAllowed">Whether it let the caller in; also when there is nothing then.</param>
/// <param name="Text">All of it, but for its time.</param>
sealed record DoorAnswer(bool IsAllowed, string Text);

/// <summary>One caller at every door of one server.</summary>
/// <param name="server">HTTP and gRPC.</param>
/// <param name="socket">The path of the Unix socket.</param>
/// <param name="headers">What the caller brings where there are headers.</param>
sealed class EveryDoor(GrpcDoorServer server, string socket, (string Name, string Value)[] headers)
{
    /// <summary>Asks for one thing at each door that has it.</summary>
    /// <param name="service">At which service; empty = the only one.</param>
    /// <param name="area">Of the permission.</param>
    /// <param name="action">Of the permission.</param>
    /// <param name="name">Of the permission.</param>
    public async Task<List<(string Door, DoorAnswer Answer)>> Ask(string service, string area, string action, string name)
    {
        var answers = new List<(string, DoorAnswer)>();
        // Metrics and expvar have no raw form of their own over HTTP.
        if (action != "raw" || area == "pprof")
        {
            answers.Add(("http", await OverHttp(service, area, action, name)));
            answers.Add(("unix, HTTP", await OverUnixHttp(service, area, action, name)));
        }
        // Nobody maps addresses over gRPC; switches are no service's there.
        if (name != "symbol" && (area != "switch" || service.Length == 0)) answers.Add(("grpc", await OverGrpc(service, area, action, name)));
        // A line only looks.
        if (action != "write") answers.Add(("unix, lines", await OverUnixLines(service, action, name)));
        return answers;
    }

    static string PathOf(string service, string area, string action, string name) => (service.Length > 0 ? $"/{service}" : "") + (area, name) switch
    {
        ("metrics", _) => "/metrics",
        ("vars", _) => "/debug/vars",
        ("switch", "switches") => "/debug/pprof/switches",
        ("switch", _) => $"/debug/pprof/switches?name={name}",
        (_, "index") => "/debug/pprof/",
        _ => $"/debug/pprof/{(name == "cpu" ? "profile" : name)}{(action == "raw" ? "?raw=1" : "")}",
    };

    static bool IsAllowed(HttpStatusCode status, string text) => status switch
    {
        HttpStatusCode.OK => true,
        HttpStatusCode.NotFound when text.EndsWith("Unknown service\n", StringComparison.Ordinal) => true,
        HttpStatusCode.Forbidden => false,
        _ => throw new InvalidOperationException($"{status} is neither yes nor no: {text}"),
    };

    async Task<DoorAnswer> OverHttp(string service, string area, string action, string name)
    {
        using var request = new HttpRequestMessage(action == "write" ? HttpMethod.Post : HttpMethod.Get, PathOf(service, area, action, name));
        foreach (var (header, value) in headers) request.Headers.TryAddWithoutValidation(header, value);
        if (action == "write") request.Headers.Add("Vitrine-Switch", "1");
        using var answer = await server.Http.SendAsync(request);
        var text = $"{answer.StatusCode}\n{string.Join('\n', answer.Headers.Concat(answer.Content.Headers).Where(static one => one.Key != "Date").Select(static one => $"{one.Key}: {string.Join(", ", one.Value)}"))}\n{await answer.Content.ReadAsStringAsync()}";
        return new(IsAllowed(answer.StatusCode, text), text);
    }

    async Task<DoorAnswer> OverGrpc(string service, string area, string action, string name)
    {
        var (code, message) = (area, name) switch
        {
            ("switch", "switches") => Said(await server.Call<ListSwitchesResponse>("Switches/ListSwitches", new ListSwitchesRequest(), headers)),
            ("switch", _) => Said(await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = name, State = SetSwitchRequest.Types.State.TakeBack }, headers)),
            (_, "index") => Said(await server.Call<ListInstrumentsResponse>("Looks/ListInstruments", new ListInstrumentsRequest { Service = service }, headers)),
            _ => Said(await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Service = service, Name = name, Raw = action == "raw" }, headers)),
        };
        return new(code switch
        {
            GrpcStatusCode.Ok => true,
            GrpcStatusCode.NotFound when message == "Unknown service" => true,
            GrpcStatusCode.PermissionDenied => false,
            _ => throw new InvalidOperationException($"{code} of {area}:{action}:{name} is neither yes nor no"),
        }, $"{code} {message}");

        static (GrpcStatusCode, string) Said<T>((List<T> Messages, GrpcStatusCode Code, string Message, bool HasDetails) answer) => (answer.Code, answer.Message);
    }

    async Task<DoorAnswer> OverUnixHttp(string service, string area, string action, string name)
    {
        var answer = await Exchange($"{(action == "write" ? "POST" : "GET")} {PathOf(service, area, action, name)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nVitrine-Switch: 1\r\nContent-Length: 0\r\n\r\n");
        return new(IsAllowed((HttpStatusCode)int.Parse(answer.Split(' ')[1]), answer), string.Join("\r\n", answer.Split("\r\n").Where(static line => !line.StartsWith("Date:", StringComparison.Ordinal))));
    }

    async Task<DoorAnswer> OverUnixLines(string service, string action, string name)
    {
        var answer = await Exchange($"{name}{(service.Length > 0 ? $" service={service}" : "")}{(action == "raw" ? " raw=1" : "")}\n");
        return new(answer switch
        {
            _ when !answer.StartsWith("error", StringComparison.Ordinal) || answer == "error 404: Unknown service\n" => true,
            _ when answer.StartsWith("error 403: ", StringComparison.Ordinal) => false,
            _ => throw new InvalidOperationException(answer),
        }, answer);
    }

    async Task<string> Exchange(string text)
    {
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await caller.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        await caller.SendAsync(Encoding.ASCII.GetBytes(text));
        using var answer = new MemoryStream();
        await new NetworkStream(caller).CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
