using System.CommandLine;
using Microsoft.Extensions.Logging;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Gate.Listening;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine gate</c>: a guarded /debug/pprof/, /metrics and /debug/vars in front of Go services, also of those that have none.</summary>
static class GateVerb
{
    public static Command Create()
    {
        var command = new Command("gate", "Guard Go services: a protected /debug/pprof/, /metrics and /debug/vars in front of them, answered from outside where that is possible and forwarded where not.").WithExamples($"""
            vitrine gate checkout                                   http://{GateRequest.DefaultAddress}/debug/pprof/, for programs of this machine
            vitrine gate --forward http://127.0.0.1:6060            and what cannot be seen from outside comes from the service's own pprof
            vitrine gate --upstream shop=:8080 --upstream cart=4711  /shop/debug/pprof/ and /cart/debug/pprof/
            vitrine gate --config /etc/vitrine/gate.json            who may look, how much, TLS, several addresses
            """);
        var target = CommonOptions.Target();
        var listen = CommonOptions.Listen();
        var pidFile = new Option<string?>("--pid-file") { Description = "The process whose pid is in this file", HelpName = "FILE" };
        var forward = new Option<string?>("--forward") { Description = "Where the service's own pages are: http://127.0.0.1:6060 or unix:/run/service.sock; alone it also says which process it is", HelpName = "URL" };
        var upstream = new Option<string[]>("--upstream") { Description = "A service by name, several times for several: NAME=PID, NAME=PROCESS, NAME=:PORT or NAME=URL", HelpName = "NAME=WHERE" };
        var door = new Option<string[]>("--door") { Description = $"Where the gate listens, several times for several: 127.0.0.1:6070, :6443 [default: {GateRequest.DefaultAddress}]", HelpName = "ADDRESS" };
        var certificate = new Option<string?>("--tls-cert") { Description = "The certificate of the doors, PEM; read again when it changes", HelpName = "FILE" };
        var key = new Option<string?>("--tls-key") { Description = "Its key, PEM", HelpName = "FILE" };
        var socket = new Option<string?>("--socket") { Description = "A Unix socket as a door, for this user and root", HelpName = "PATH" };
        var audit = new Option<string?>("--audit-log") { Description = "Where every decision is recorded", HelpName = "FILE" };
        var grpc = new Option<bool>("--grpc") { Description = "gRPC at the same addresses" };
        var config = new Option<string?>("--config") { Description = "The configuration file (JSON); read again when it changes, and on SIGHUP", HelpName = "FILE" };
        var quiet = CommonOptions.Quiet();
        command.Arguments.Add(target);
        foreach (Option option in (Option[])[listen, pidFile, forward, upstream, door, certificate, key, socket, grpc, audit, config, quiet])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Run(new GateRequest
        {
            File = parsed.GetValue(config) is { } file ? Path.GetFullPath(file) : null,
            Target = parsed.GetValue(target),
            Listen = parsed.GetValue(listen),
            PidFile = parsed.GetValue(pidFile),
            Forward = parsed.GetValue(forward),
            Upstreams = parsed.GetValue(upstream) ?? [],
            Doors = parsed.GetValue(door) ?? [],
            Socket = parsed.GetValue(socket),
            Certificate = parsed.GetValue(certificate),
            Key = parsed.GetValue(key),
            AuditLog = parsed.GetValue(audit),
            HasGrpc = parsed.GetValue(grpc),
            IsQuiet = parsed.GetValue(quiet),
        }, cancellation));
        return command;
    }

    static async Task<int> Run(GateRequest request, CancellationToken cancellation)
    {
        // 1. Settings, guard, services, doors: whatever is wrong with them is said before anything is open.
        var time = TimeProvider.System;
        using var log = new StandardErrorLog(Console.Error, request.IsQuiet ? LogLevel.Error : LogLevel.Information, time);
        await using var gate = await GateServer.Start(request.Options, request.File, log, time, cancellation).ConfigureAwait(false);

        // 2. Say what is open to whom.
        foreach (var line in GateIntroduction.Of(gate, request.Options()))
            Console.Out.WriteLine(Show.Terminal.Safe(line));

        // 3. Until it is ended.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = cancellation.Register(ended.SetResult);
        await ended.Task.ConfigureAwait(false);
        return ExitCode.Success;
    }
}
