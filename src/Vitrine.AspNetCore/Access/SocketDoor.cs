using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Unix;

namespace Vitrine.AspNetCore.Access;

/// <summary>Opens the Unix socket that the options name, for as long as the service runs. One that cannot be made safely ends the start: nobody would look for a door that is not there.</summary>
sealed partial class SocketDoor(LiveOptions options, IServiceProvider services, ILogger<SocketDoor> logger) : IHostedService, IAsyncDisposable
{
    UnixDoor? _door;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var socket = options.Current.Socket;
        if (socket.Path.Length == 0) return;
        _door = await UnixDoor.Start(services.GetRequiredService<LookDesk>(), new() { Path = socket.Path, Mode = ModeOf(socket.Mode), Group = socket.Group, Prefix = options.Current.Prefix }, cancellationToken);
        LogOpen(logger, socket.Path);
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    // A service that is disposed without being stopped leaves no socket behind either.
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _door, null) is { } door) await door.DisposeAsync();
    }

    static UnixFileMode ModeOf(string text)
    {
        try
        {
            var mode = Convert.ToInt32(text, 8);
            if (mode is > 0 and <= 0x1ff) return (UnixFileMode)mode;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
        }
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{VitrineOptions.Section}:{nameof(VitrineOptions.Socket)}:{nameof(SocketOptions.Mode)} is '{text}': write permissions as chmod takes them, such as 0660."));
    }

    [LoggerMessage(18, LogLevel.Information, "Vitrine listens at the Unix socket {Path}.")]
    static partial void LogOpen(ILogger logger, string path);
}
