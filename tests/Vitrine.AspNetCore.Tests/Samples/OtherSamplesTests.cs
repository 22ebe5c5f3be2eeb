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
            using var worker = new SampleService("worker", folder.FullName, "0.1");
            await Wait.Until(() => folder.GetFiles("jobs-*.pb.gz").Length > 1 && folder.GetFiles("figures-*.prom").Length > 1, "two rounds are written");

            var jobs = ProfileReader.ReadFile(folder.GetFiles("jobs-*.pb.gz").OrderBy(static one => one.Name, StringComparer.Ordinal).Last().FullName);
            Assert.Contains(jobs.Samples, sample => jobs.FunctionsOf(sample).Any(static one => one.Name == "Worker.Jobs.Do"));
            Assert.NotEmpty(folder.GetFiles("heap-*.pb.gz"));
            Assert.Contains(jobs.Samples, static sample => sample.Labels.Any(static one => one is { Key: "customer", Text: "blue" or "green" }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
