using Microsoft.Extensions.Hosting;

namespace Vitrine.Doors.Unix;

/// <summary>For a server inside a program: when that ends is the program's to say. The usual lifetime takes SIGTERM and Ctrl-C for itself, and a program without a host of its own would not end any more.</summary>
sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
