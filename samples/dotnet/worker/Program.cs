// A worker without HTTP that looks into itself: every so often it writes what its instruments see to a folder, and keeps the latest.
//
//   worker FOLDER [SECONDS]      go tool pprof -top FOLDER/jobs-….pb.gz
using System.Globalization;
using Vitrine.DotNet;
using Vitrine.DotNet.Custom;
using Vitrine.Instruments;
using Worker;

if (args is not [var folder, ..])
{
    Console.Error.WriteLine("usage: worker FOLDER [SECONDS]");
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

Console.WriteLine($"ready pid={Environment.ProcessId} folder={folder}");
await Jobs.Run(jobs, stop.Token);
return 0;
