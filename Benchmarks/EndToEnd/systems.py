"""The systems under test: how each is configured, started, killed and started again in a directory of its own."""

import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "only for a benchmark"
START_SECONDS_MAX = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def output(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.strip()


class Failed(Exception):
    """A system that did not do its part: what happened, for people."""


class System:
    """One system; a subclass says how it is configured and what is run."""

    key = name = dialect = durable = ""
    # Runs as this account where the script runs as root and the system refuses to.
    account = None

    def __init__(self, directory: pathlib.Path, pki: pathlib.Path, units: int, plain: bool):
        self.directory, self.pki, self.units, self.plain = directory, pki, units, plain
        self.port = free_port()
        self.process = None
        self.beside = []
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)

    def configure(self):
        """Writes configuration and empty stores."""

    def command(self) -> list:
        raise NotImplementedError

    def environment(self) -> dict:
        return {}

    def options(self) -> list:
        """More options of the client."""
        return []

    @classmethod
    def version(cls) -> str:
        raise NotImplementedError

    def is_ready(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def spawn(self, command: list) -> subprocess.Popen:
        log = open(self.directory / "server.log", "ab")
        user = self.account if self.account and os.geteuid() == 0 else None
        return subprocess.Popen(
            [str(word) for word in command],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=self.directory,
            env=os.environ | self.environment(),
            start_new_session=True,
            user=user,
            group=user and pwd.getpwnam(user).pw_gid,
        )

    def start(self):
        self.process = self.spawn(self.command())
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"did not start:\n{self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        return output("tail", "-n", "20", str(self.directory / "server.log"))

    def family(self) -> list:
        """The server's process and all below it."""
        members = [self.process.pid]
        for process in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) in members:
                members.append(process)
        return members

    def kill(self):
        """kill -9 of all its processes, reaped."""
        for process in self.family():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        time.sleep(0.2)

    def stop(self):
        """Ends it; what it has stored is thrown away anyway."""
        if self.process and self.process.poll() is None:
            self.kill()
        for process in self.beside:
            process.kill()
            process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Gateway(System):
    key, name, dialect = "gateway", "SOSGateway", "gateway"
    durable = "yes: fdatasync before *stored*"

    @staticmethod
    def binary(name: str) -> pathlib.Path:
        return pathlib.Path(os.environ.get("SOSGATEWAY_BIN", ROOT / ".build/release")) / name

    def configure(self):
        self.console_port = free_port()
        (self.directory / "sosgatewayd.yaml").write_text(
            f"""state_directory: {self.directory}/data
registry: {self.pki}/registry.yaml
default_centre: bench
log_level: info
units:
  listen: "127.0.0.1:{self.port}"
  certificate: {self.pki}/gateway.pem
  key: {self.pki}/gateway.key
  client_ca: {self.pki}/ca.pem
  reporting_time_s: 180
console:
  listen: "127.0.0.1:{self.console_port}"
  certificate: {self.pki}/console.pem
  key: {self.pki}/console.key
  files: {ROOT}/Sources/ConsoleAPI/Web
"""
        )
        account = ["user", "add", "bench", "--config", self.directory / "sosgatewayd.yaml", "--name", "Bench"]
        account += ["--role", "supervisor", "--centre", "bench", "--password-stdin"]
        subprocess.run([self.binary("sosctl"), *account], input=PASSWORD, text=True, check=True, capture_output=True)

    def start(self):
        (self.directory / "data/endpoints.json").unlink(missing_ok=True)
        super().start()

    def is_ready(self) -> bool:
        return (self.directory / "data/endpoints.json").exists()

    def command(self):
        return [self.binary("sosgatewayd"), "--config", self.directory / "sosgatewayd.yaml"]

    def options(self):
        return [f"console_port={self.console_port}", f"password={PASSWORD}"]

    @classmethod
    def version(cls):
        if "SOSGATEWAY_BIN" in os.environ:
            made = time.gmtime(cls.binary("sosgatewayd").stat().st_mtime)
            return time.strftime("a binary of %Y-%m-%d %H:%M UTC", made)
        return "commit " + output("git", "-C", str(ROOT), "describe", "--always", "--dirty")


class Mosquitto(System):
    key, name, dialect = "mosquitto", "mosquitto, QoS 1", "mqtt"
    durable = "no: every 30 min"
    persistence = ""

    def configure(self):
        tls = "" if self.plain else f"cafile {self.pki}/ca.pem\ncertfile {self.pki}/gateway.pem\nkeyfile {self.pki}/gateway.key\n"
        (self.directory / "mosquitto.conf").write_text(
            f"user root\nlistener {self.port} 127.0.0.1\n{tls}allow_anonymous true\nset_tcp_nodelay true\n"
            f"max_queued_messages 0\nmax_inflight_messages 1000\n"
            f"persistence true\npersistence_location {self.directory}/\n{self.persistence}"
        )

    def command(self):
        return ["/usr/sbin/mosquitto", "-c", self.directory / "mosquitto.conf"]

    @classmethod
    def version(cls):
        return re.search(r"version (\S+)", output("/usr/sbin/mosquitto", "-h")).group(1)


class MosquittoAutosave(Mosquitto):
    key, name = "mosquitto-autosave", "mosquitto, QoS 1, autosave at each change"
    durable = "no: synced after the PUBACK"
    persistence = "autosave_interval 1\nautosave_on_changes true\n"


class Redis(System):
    key, name, dialect = "redis", "Redis Streams, appendfsync always", "redis"
    durable = "yes: fsync before the reply"

    def configure(self):
        tls = f"port {self.port}\n" if self.plain else (
            f"port 0\ntls-port {self.port}\ntls-cert-file {self.pki}/gateway.pem\ntls-key-file {self.pki}/gateway.key\n"
            f"tls-ca-cert-file {self.pki}/ca.pem\ntls-auth-clients no\n"
        )
        (self.directory / "redis.conf").write_text(
            f"bind 127.0.0.1\n{tls}dir {self.directory}\nappendonly yes\nappendfsync always\nsave \"\"\n"
        )

    def command(self):
        return ["/usr/bin/redis-server", self.directory / "redis.conf"]

    @classmethod
    def version(cls):
        return re.search(r"v=(\S+)", output("/usr/bin/redis-server", "--version")).group(1)


class RabbitMQ(System):
    key, name, dialect = "rabbitmq", "RabbitMQ quorum queue, confirms", "amqp"
    durable = "yes: fdatasync before the confirm"
    queue = "quorum"

    def configure(self):
        listener = f"listeners.tcp.1 = 127.0.0.1:{self.port}\n" if self.plain else (
            f"listeners.tcp = none\nlisteners.ssl.1 = 127.0.0.1:{self.port}\n"
            f"ssl_options.cacertfile = {self.pki}/ca.pem\nssl_options.certfile = {self.pki}/gateway.pem\n"
            f"ssl_options.keyfile = {self.pki}/gateway.key\nssl_options.verify = verify_none\n"
            "ssl_options.versions.1 = tlsv1.3\n"
        )
        (self.directory / "rabbitmq.conf").write_text(listener + "log.console = false\nlog.file.level = warning\n")
        (self.directory / "enabled_plugins").write_text("[].\n")
        self.epmd_port, self.distribution_port = free_port(), free_port()
        self.beside.append(self.spawn(["epmd", "-port", self.epmd_port]))

    def environment(self):
        return {
            "HOME": str(self.directory),
            "ERL_EPMD_PORT": str(getattr(self, "epmd_port", 0)),
            "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_DIST_PORT": str(getattr(self, "distribution_port", 0)),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.directory / "none.conf"),
            "RABBITMQ_MNESIA_BASE": str(self.directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.directory / "log"),
            "RABBITMQ_PID_FILE": str(self.directory / "pid"),
            "ERL_MAX_PORTS": "65536",
        }

    def command(self):
        return ["/usr/lib/rabbitmq/bin/rabbitmq-server"]

    def options(self):
        return [f"queue={self.queue}"]

    @classmethod
    def version(cls):
        return output("dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server").partition("-")[0]


class RabbitMQClassic(RabbitMQ):
    key, name = "rabbitmq-classic", "RabbitMQ classic durable queue, confirms"
    durable = "yes, by its manual: synced before the confirm"
    queue = "classic"


class PostgreSQL(System):
    key, name, dialect = "postgresql", "PostgreSQL, one INSERT a transaction", "postgres"
    durable = "yes: fdatasync before the commit's answer"
    account = "postgres"

    @staticmethod
    def binaries() -> pathlib.Path:
        return max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))

    def configure(self):
        if os.geteuid() == 0:
            shutil.chown(self.directory, self.account, self.account)
        keys = self.directory / "server.key"
        shutil.copy(self.pki / "gateway.key", keys)
        shutil.copy(self.pki / "gateway.pem", self.directory / "server.pem")
        keys.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(keys, self.account, self.account)
            shutil.chown(self.directory / "server.pem", self.account, self.account)
        made = self.spawn([self.binaries() / "initdb", "-D", self.directory / "data", "-U", "bench", "-A", "trust"])
        if made.wait() != 0:
            raise Failed(f"initdb failed:\n{self.last_words()}")
        with open(self.directory / "data/postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{self.directory}'\n"
                f"max_connections = {self.units + 20}\nfsync = on\nsynchronous_commit = on\n"
            )
            if not self.plain:
                settings.write(f"ssl = on\nssl_cert_file = '{self.directory}/server.pem'\nssl_key_file = '{keys}'\n")

    def command(self):
        return [self.binaries() / "postgres", "-D", self.directory / "data"]

    def is_ready(self):
        log = (self.directory / "server.log").read_text(errors="replace")
        return log.count("ready to accept connections") > self.starts

    starts = 0

    def start(self):
        self.starts = (self.directory / "server.log").read_text(errors="replace").count("ready to accept connections")
        super().start()

    def kill(self):
        super().kill()
        (self.directory / "data/postmaster.pid").unlink(missing_ok=True)

    @classmethod
    def version(cls):
        return output(str(cls.binaries() / "postgres"), "--version").split()[2]


class NATS(System):
    key, name, dialect = "nats", "NATS JetStream, default sync", "nats"
    durable = "no: synced every 2 min"
    extra = ""

    @classmethod
    def binary(cls) -> str:
        return "/usr/sbin/nats-server" if os.path.exists("/usr/sbin/nats-server") else "/usr/bin/nats-server"

    def configure(self):
        tls = "" if self.plain else f'tls {{ cert_file: "{self.pki}/gateway.pem", key_file: "{self.pki}/gateway.key", timeout: 10 }}\n'
        (self.directory / "nats.conf").write_text(
            f'listen: "127.0.0.1:{self.port}"\n{tls}jetstream {{ store_dir: "{self.directory}/store"\n{self.extra} }}\n'
        )

    def command(self):
        return [self.binary(), "-c", self.directory / "nats.conf"]

    @classmethod
    def version(cls):
        return output(cls.binary(), "--version").rpartition(" ")[2].lstrip("v")


class NATSNew(NATS):
    key, name = "nats-new", "NATS JetStream, newer, default sync"

    @classmethod
    def binary(cls):
        found = os.environ.get("BENCHMARK_NATS", "")
        if not found:
            raise Failed("BENCHMARK_NATS names no nats-server; Benchmarks/presses sets it")
        return found


class NATSAlways(NATSNew):
    key, name = "nats-always", "NATS JetStream, sync_interval always"
    durable = "yes: fsync before the answer"
    extra = "sync_interval: always"


# Those of a run without --only, and those that only --only names.
ALL = [Gateway, Mosquitto, MosquittoAutosave, Redis, RabbitMQ, PostgreSQL, NATS, NATSAlways]
BY_KEY = {system.key: system for system in [*ALL, RabbitMQClassic, NATSNew]}
