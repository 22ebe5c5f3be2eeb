// A worker without HTTP that looks into itself: every so often it writes what its instruments see to a folder, and keeps the latest.
//
//   worker FOLDER [SECONDS [SOCKET]]      go tool pprof -top FOLDER/jobs-….pb.gz
//
// With a SOCKET it can also be asked, by its own user and root: echo jobs | nc -U SOCKET > jobs.pb.gz
using System.Globalization;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Unix;
using Vitrine.DotNet;
using Vitrine.DotNet.Custom;
using Vitrine.Guard;
using Vitrine.Instruments;
using Worker;

if (args is not [var folder, ..])
{
    Console.Error.WriteLine("usage: worker FOLDER [SECONDS [SOCKET]]");
    return 2;
}
var interval = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 60);

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

using var jobs = new CustomProfile("jobs", new() { Description = "jobs that are being worked on" });
var instruments = DotNetInstruments.AddTo(new InstrumentRegistry(), new() { CustomProfiles = [jobs] });
var profiles = new ProfileFolder(folder, instruments, interval);
profiles.Begin(stop.Token);

using var guard = new LookGuard(new());
await using var door = args is [_, _, var socket, ..] ? await UnixDoor.Start(new(guard, [new ShownRegistry(instruments, SelfTarget.Instance)]) { Stopping = stop.Token }, new() { Path = socket }) : null;

Console.WriteLine($"ready pid={Environment.ProcessId} folder={folder}");
await Jobs.Run(jobs, stop.Token);
return 0;
