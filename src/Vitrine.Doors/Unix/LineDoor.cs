using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Vitrine.Doors.Looks;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Unix;

/// <summary>
/// The protocol of lines, in front of HTTP on the same socket: whoever begins with a line that is no HTTP request gets the answer's bytes and nothing else, and the connection is closed. An error is one line that begins with
/// <c>error</c> and HTTP's status for it; no profile begins so.
/// </summary>
sealed class LineDoor(LookDesk desk, UnixDoorOptions options)
{
    static readonly TimeSpan s_lookForHangUp = TimeSpan.FromMilliseconds(250);

    enum Beginning
    {
        Unknown,
        Line,
        Http,
    }

    /// <summary>Answers a line, or passes the connection on to HTTP.</summary>
    public async Task Serve(ConnectionContext connection, ConnectionDelegate http)
    {
        var (beginning, line) = await Read(connection);
        if (beginning == Beginning.Http) await http(connection);
        else if (beginning == Beginning.Line) await Answer(connection, line);
        else connection.Abort(new ConnectionAbortedException("Nothing was asked in time."));
    }

    // Unknown = it took too long, or went away.
    async Task<(Beginning, byte[])> Read(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(options.FirstLineTime);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(late.Token);
                var beginning = BeginningOf(read.Buffer, read.IsCompleted);
                if (beginning == Beginning.Http)
                {
                    input.AdvanceTo(read.Buffer.Start);
                    return (Beginning.Http, []);
                }
                var end = read.Buffer.PositionOf((byte)'\n');
                if (beginning == Beginning.Line && (end is not null || read.IsCompleted || read.Buffer.Length > options.MaximumLineBytes))
                {
                    var line = read.Buffer.Slice(0, end ?? read.Buffer.End);
                    var bytes = line.Slice(0, Math.Min(line.Length, options.MaximumLineBytes + 1)).ToArray();
                    input.AdvanceTo(read.Buffer.End);
                    return (Beginning.Line, bytes);
                }
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted) return default;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionAbortedException or ConnectionResetException or IOException)
        {
            return default;
        }
    }

    // A request of HTTP begins with a method in capitals and a path that begins with a slash (or is a star); a line begins with a name in small letters, perhaps with GET before it.
    static Beginning BeginningOf(ReadOnlySequence<byte> input, bool isCompleted)
    {
        Span<byte> start = stackalloc byte[5];
        var length = (int)Math.Min(start.Length, input.Length);
        input.Slice(0, length).CopyTo(start);
        start = start[..length];
        if (length == 0) return isCompleted ? Beginning.Unknown : default;
        if (!char.IsAsciiLetterUpper((char)start[0])) return Beginning.Line;
        if (length < 5) return isCompleted || start.Contains((byte)'\n') ? Beginning.Line : Beginning.Unknown;
        return start.StartsWith("GET "u8) && start[4] != '/' ? Beginning.Line : Beginning.Http;
    }

    async Task Answer(ConnectionContext connection, byte[] line)
    {
        var text = line.AsSpan().TrimEnd((byte)'\r');
        var problem = $"the line is longer than {options.MaximumLineBytes} bytes";
        var asked = line.Length > options.MaximumLineBytes ? null : LookLine.Parse(text, out problem);
        if (asked is null)
        {
            await Write(connection.Transport.Output, $"error 400: {problem}\n");
            return;
        }
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        using var gone = new CancellationTokenSource();
        using var answered = new CancellationTokenSource();
        var watch = socket is null ? Task.CompletedTask : WatchForHangUp(socket.Handle, gone, answered.Token);
        try
        {
            using var answer = await desk.Take(new("unix", asked.Service, asked.Name, asked.Query, new() { Peer = connection.Features.Get<PeerCredentials>() }), gone.Token);
            using var late = new CancellationTokenSource(options.SendTime);
            await Send(connection.Transport.Output, answer, late.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            connection.Abort(new ConnectionAbortedException("The answer was not taken in time."));
        }
        finally
        {
            await answered.CancelAsync();
            await watch;
        }
    }

    // A caller that has closed the half that it writes with still waits for the answer, as nc and socat do: only the kernel knows which of the two it is.
    static async Task WatchForHangUp(nint socket, CancellationTokenSource gone, CancellationToken answered)
    {
        using var timer = new PeriodicTimer(s_lookForHangUp);
        try
        {
            while (await timer.WaitForNextTickAsync(answered))
            {
                if (!UnixCalls.IsHungUp(socket)) continue;
                await gone.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    static async Task Send(PipeWriter output, LookAnswer answer, CancellationToken late)
    {
        if (answer.Status != LookStatus.Ok)
        {
            var retry = answer.RetryAfter is { } after ? string.Create(CultureInfo.InvariantCulture, $" (again in {Math.Max(1, Math.Ceiling(after.TotalSeconds)):0} s)") : "";
            await Write(output, string.Create(CultureInfo.InvariantCulture, $"error {answer.HttpStatus}: {answer.Message.ReplaceLineEndings(" ")}{retry}\n"), late);
        }
        else if (answer.File is { } file)
        {
            await file.CopyToAsync(output, late);
        }
        else
        {
            foreach (var part in answer.Parts) await output.WriteAsync(part, late);
            await output.CompleteAsync();
        }
    }

    static async Task Write(PipeWriter output, string text, CancellationToken late = default)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(text), late);
        await output.CompleteAsync();
    }
}
