using System.Diagnostics;

namespace Vitrine.TestTargets;

/// <summary>Scripts with a gRPC client that nobody here wrote: @grpc/grpc-js, in Node.</summary>
public static class GrpcJs
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Runs a script and gives what it prints; a script that fails fails the test with what it said.</summary>
    /// <param name="script">A CommonJS module; <c>require('@grpc/grpc-js')</c> and the other packages of <c>Npm/grpc/package.json</c> are there. It runs in the root of the checkout.</param>
    /// <param name="arguments">For <c>process.argv</c>, from the third on.</param>
    public static async Task<string> Run(string script, params IReadOnlyList<string> arguments)
    {
        var packages = Packages();
        // Beside node_modules, where Node looks for packages.
        var file = Path.Combine(packages, $"{Guid.NewGuid():N}.cjs");
        await File.WriteAllTextAsync(file, script);
        try
        {
            var start = new ProcessStartInfo("node", [file, .. arguments]) { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true };
            // A proxy of the surroundings is not meant for loopback.
            foreach (var name in (string[])["grpc_proxy", "http_proxy", "https_proxy", "GRPC_PROXY", "HTTP_PROXY", "HTTPS_PROXY"]) start.Environment.Remove(name);
            using var node = Process.Start(start) ?? throw new InvalidOperationException("cannot start node");
            var output = node.StandardOutput.ReadToEndAsync();
            var errors = node.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(Limit);
            try
            {
                await node.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                node.Kill(entireProcessTree: true);
                throw new TimeoutException($"The script did not end within {Limit}. It said: {await output} {await errors}");
            }
            Assert.True(node.ExitCode == 0, $"The script ended with {node.ExitCode}: {await errors}{await output}");
            return await output;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The folder with the packages, for the .proto files that they bring.</summary>
    public static string Packages() => NpmPackages.Require(Path.Combine("tests", "Vitrine.TestTargets", "Npm", "grpc"), "grpc-js");
}
