using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>One connection to a runtime. Each command has its own; that of a session becomes its stream of events. Every wait has a limit.</summary>
abstract unsafe class IpcConnection : IDisposable
{
    /// <summary>What <see cref="Receive"/> returns when nothing came in time.</summary>
    public const int TimedOut = -1;

    /// <summary>Connects.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached; the message has the reason.</exception>
    public static IpcConnection Open(DiagnosticSocket address, TimeSpan timeout) =>
        address.IsPipe ? new PipeConnection(address, timeout) : new UnixConnection(address, timeout);

    /// <summary>Sends a whole message.</summary>
    public abstract void Send(ReadOnlySpan<byte> bytes);

    /// <summary>Receives what there is, at most <paramref name="length"/> bytes: how many, 0 when the runtime closed the connection, <see cref="TimedOut"/> when nothing came in time.</summary>
    public abstract int Receive(byte* buffer, int length, int milliseconds);

    /// <summary>Ends the connection for both sides, also while another thread receives.</summary>
    public abstract void Abort();

    public abstract void Dispose();

    /// <summary>Receives exactly as many bytes.</summary>
    public void ReceiveExactly(Span<byte> bytes, TimeSpan timeout)
    {
        var clock = Stopwatch.StartNew();
        fixed (byte* start = bytes)
            for (var at = 0; at < bytes.Length;)
            {
                var left = timeout - clock.Elapsed;
                var got = left > TimeSpan.Zero ? Receive(start + at, bytes.Length - at, (int)Math.Clamp(left.TotalMilliseconds, 1, int.MaxValue)) : TimedOut;
                if (got == TimedOut)
                    throw new InstrumentUnavailableException(
                        $"The runtime accepted the connection and did not answer within {timeout.TotalSeconds:0.#} s: the process is stopped, or so busy that its diagnostics thread does not run.",
                        "Look at its state with `vitrine ps`, and try again.");
                if (got == 0) throw new InstrumentUnavailableException("The runtime closed the connection before it had answered: the process is ending, or speaks another protocol.");
                at += got;
            }
    }

    /// <summary>Sends a command and receives its answer.</summary>
    /// <exception cref="IpcRefusalException">The runtime refuses.</exception>
    public byte[] Ask(IpcMessage message, TimeSpan timeout)
    {
        Send(message.ToArray());
        Span<byte> header = stackalloc byte[IpcMessage.HeaderBytes];
        ReceiveExactly(header, timeout);
        if (!IpcMessage.TryReadHeader(header, out var length, out var set, out var command))
            throw new InstrumentUnavailableException("What listens at the diagnostics port does not speak the protocol of .NET's runtime.");
        var payload = new byte[length];
        ReceiveExactly(payload, timeout);
        if (set == 0xff && command == 0) return payload;
        throw new IpcRefusalException(length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(payload) : 0);
    }

    /// <summary>Whose a socket is when it is not the process's; null when it is.</summary>
    /// <param name="peerPid">Who listens, as the kernel says; 0: it is in a pid namespace that cannot be seen from here, and only its user can be compared.</param>
    /// <param name="peerUid">The user it had then.</param>
    /// <param name="pid">The process that is meant.</param>
    /// <param name="uid">Its user; null when that is not known.</param>
    internal static string? WhyStranger(int peerPid, uint peerUid, int pid, uint? uid) =>
        peerPid == pid ? null
        : peerPid != 0 ? $"process {peerPid}, not to {pid}"
        : uid == peerUid ? null
        : $"a process of another pid namespace and user (uid {peerUid}), not to process {pid}{(uid is null ? "" : $" (uid {uid})")}";

    sealed class UnixConnection : IpcConnection
    {
        const int SocketLevel = 1, PeerCredentials = 17;

        readonly Socket _socket;

        public UnixConnection(DiagnosticSocket address, TimeSpan timeout)
        {
            try
            {
                // Fails when the process has as many files open as it may.
                _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            }
            catch (SocketException e)
            {
                throw new InstrumentUnavailableException($"No socket can be made for the diagnostics port of process {address.Pid}: {e.Message}.", "Raise the limit of open files (ulimit -n), or close some.");
            }
            try
            {
                // On Linux the limit for sending is also one for a connection that nobody accepts.
                _socket.SendTimeout = (int)timeout.TotalMilliseconds;
                var path = address.Locate(out var place);
                using (place)
                    _socket.Connect(new UnixDomainSocketEndPoint(path));
                RequireOwner(address);
            }
            catch (SocketException e)
            {
                _socket.Dispose();
                throw address.Unreachable(e.SocketErrorCode);
            }
            catch (ArgumentOutOfRangeException)
            {
                _socket.Dispose();
                throw new InstrumentUnavailableException($"The path of the diagnostics port is longer than a socket's path can be: {address.Path}");
            }
            catch
            {
                _socket.Dispose();
                throw;
            }
        }

        // Anybody may put a socket with that name into /tmp.
        void RequireOwner(DiagnosticSocket address)
        {
            if (!OperatingSystem.IsLinux()) return;
            Span<byte> credentials = stackalloc byte[12];
            // struct ucred: pid, uid, gid.
            if (_socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) < credentials.Length) return;
            try
            {
                var (pid, uid) = (BinaryPrimitives.ReadInt32LittleEndian(credentials), BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]));
                if (WhyStranger(pid, uid, address.Pid, address.Process?.Uid) is { } why)
                    throw new InstrumentUnavailableException($"The socket {address.Path} belongs to {why}: nothing is sent to it.");
                // Between the search for the socket and the connection the process may have ended, and its id may belong to another one.
                if (address.Process?.IsAlive() == false) throw new InstrumentUnavailableException($"Process {address.Pid} has ended.");
            }
            catch (Exception e) when (e is TargetGoneException or AccessDeniedException)
            {
                throw new InstrumentUnavailableException(e.Message);
            }
        }

        public override void Send(ReadOnlySpan<byte> bytes)
        {
            try
            {
                while (!bytes.IsEmpty)
                    bytes = bytes[_socket.Send(bytes)..];
            }
            catch (SocketException e)
            {
                throw new InstrumentUnavailableException($"The runtime does not take commands: {e.Message}.");
            }
        }

        public override int Receive(byte* buffer, int length, int milliseconds)
        {
            var handle = _socket.SafeHandle;
            var held = false;
            try
            {
                handle.DangerousAddRef(ref held);
                var descriptor = (int)handle.DangerousGetHandle();
                var entry = new UnixCalls.PollEntry { Descriptor = descriptor, Wanted = UnixCalls.ReadyToRead };
                // Interrupted counts as time that is over: callers have clocks of their own.
                if (UnixCalls.Poll(&entry, 1, milliseconds) <= 0) return TimedOut;
                var got = (int)UnixCalls.Receive(descriptor, buffer, (nuint)length, 0);
                return got >= 0 ? got : Marshal.GetLastPInvokeError() == UnixCalls.Interrupted ? TimedOut : 0;
            }
            catch (ObjectDisposedException)
            {
                return 0;
            }
            finally
            {
                if (held) handle.DangerousRelease();
            }
        }

        public override void Abort()
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is gone already.
            }
        }

        public override void Dispose() => _socket.Dispose();
    }

    /// <summary>Windows. Not tested: the project's tests run on Linux.</summary>
    sealed class PipeConnection : IpcConnection
    {
        readonly NamedPipeClientStream _pipe;
        byte[] _managed = [];

        public PipeConnection(DiagnosticSocket address, TimeSpan timeout)
        {
            _pipe = new(".", address.Path, PipeDirection.InOut, PipeOptions.Asynchronous);
            try
            {
                _pipe.Connect(timeout);
            }
            catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
            {
                _pipe.Dispose();
                throw new InstrumentUnavailableException($"The diagnostics port {address.Path} cannot be reached: {e.Message}");
            }
        }

        public override void Send(ReadOnlySpan<byte> bytes) => _pipe.Write(bytes);

        public override int Receive(byte* buffer, int length, int milliseconds)
        {
            if (_managed.Length < length) _managed = new byte[length];
            using var limit = new CancellationTokenSource(milliseconds);
            try
            {
                var got = _pipe.ReadAsync(_managed.AsMemory(0, length), limit.Token).AsTask().GetAwaiter().GetResult();
                _managed.AsSpan(0, got).CopyTo(new Span<byte>(buffer, length));
                return got;
            }
            catch (OperationCanceledException)
            {
                return TimedOut;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return 0;
            }
        }

        public override void Abort() => _pipe.Dispose();

        public override void Dispose() => _pipe.Dispose();
    }
}
