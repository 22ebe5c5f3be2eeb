using System.Diagnostics;
using System.Net.Sockets;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Tests.Samples;

public sealed class OtherSamplesTests
{
    [Fact]
    public async Task Worker_WithoutHttp_WritesProfilesToAFolder()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-worker-");
        try
        {
            var path = Path.Combine(folder.FullName, "worker.sock");
            using var worker = new SampleService("worker", folder.FullName, "0.1", path);
            await Wait.Until(() => folder.GetFiles("jobs-*.pb.gz").Length > 1 && folder.GetFiles("figures-*.prom").Length > 1, "two rounds are written");

            var jobs = ProfileReader.ReadFile(folder.GetFiles("jobs-*.pb.gz").OrderBy(static one => one.Name, StringComparer.Ordinal).Last().FullName);
            Assert.Contains(jobs.Samples, sample => jobs.FunctionsOf(sample).Any(static one => one.Name == "Worker.Jobs.Do"));
            Assert.NotEmpty(folder.GetFiles("heap-*.pb.gz"));
            Assert.Contains(jobs.Samples, static sample => sample.Labels.Any(static one => one is { Key: "customer", Text: "blue" or "green" }));

            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await socket.SendAsync("jobs\n"u8.ToArray());
            using var answer = new MemoryStream();
            await new NetworkStream(socket).CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
            var asked = ProfileReader.Read(answer.ToArray());
            Assert.Contains(asked.Samples, sample => asked.FunctionsOf(sample).Any(static one => one.Name == "Worker.Jobs.Do"));

            // A server inside does not keep the program from ending when it is told to.
            using var process = Process.GetProcessById(worker.Pid);
            using var kill = Process.Start("kill", ["-TERM", $"{worker.Pid}"]);
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
