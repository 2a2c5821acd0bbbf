import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * An order service without the network: requests arrive at a steady rate and allocate what such a service allocates.
 *
 * <p>Every request builds objects that die with it (a page of rows and text). One request in {@code keepOneIn} leaves
 * a session that expires after {@code sessionSeconds}; one in {@code orderOneIn} replaces an order in the order book,
 * whose size is the live set; one in {@code exportOneIn} fills a big buffer for an export.
 *
 * <p>Arguments, all {@code name=value}: seconds, rateMBs (allocation of all threads together), liveMB, threads,
 * sessionSeconds, keepOneIn, orderOneIn, exportOneIn, exportKB, seed. Prints what it did as one line.
 */
public final class OrderService {
    private double seconds = 25;
    private double rateMBs = 150;
    private double sessionSeconds = 2;
    private int liveMB = 120;
    private int threads = 2;
    private int keepOneIn = 20;
    private int orderOneIn = 200;
    private int exportOneIn = 2000;
    private int exportKB = 768;
    private long seed = 1;

    /** One order: rows of text, and the next version's number. */
    private static final class Order {
        final byte[][] rows;
        final long version;

        Order(Random random, long version) {
            this.version = version;
            rows = new byte[24 + random.nextInt(16)][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = new byte[100 + random.nextInt(300)];
            }
        }

        static long typicalBytes() {
            return 32 * 270 + 200;
        }
    }

    /** A session: state of a customer until it expires. */
    private static final class Session {
        final long expires;
        final Order basket;

        Session(long expires, Order basket) {
            this.expires = expires;
            this.basket = basket;
        }
    }

    /** One thread of the service with its part of the order book. */
    private final class Worker extends Thread {
        private final Random random;
        private final Order[] book;
        private final ArrayDeque<Session> sessions = new ArrayDeque<>();
        private long allocated;
        private long requests;
        private long lateRequests;
        private long checksum;

        Worker(int number) {
            super("worker-" + number);
            random = new Random(seed * 7919 + number);
            book = new Order[(int) (liveMB * 1048576L / threads / Order.typicalBytes())];
        }

        @Override
        public void run() {
            fillBook();
            long start = System.nanoTime();
            long end = start + (long) (seconds * 1e9);
            double bytesPerNano = rateMBs * 1048576.0 / threads / 1e9;
            for (long now = start; now < end; now = System.nanoTime()) {
                long due = start + (long) (allocated / bytesPerNano);
                if (due > now) {
                    LockSupport.parkNanos(Math.min(due - now, 2_000_000L));
                } else {
                    lateRequests += now - due > 100_000_000L ? 1 : 0;
                    serve(now);
                }
            }
        }

        /** The book grows during the first part of the run, as a cache that warms up. */
        private void fillBook() {
            for (int i = 0; i < book.length; i++) {
                book[i] = new Order(random, i);
            }
        }

        private void serve(long now) {
            requests++;
            Order order = new Order(random, requests);
            byte[] page = new byte[4096 + random.nextInt(12288)];
            page[random.nextInt(page.length)] = 1;
            allocated += Order.typicalBytes() + page.length;
            checksum += order.version + page[0];
            if (requests % keepOneIn == 0) {
                sessions.add(new Session(now + (long) (sessionSeconds * 1e9), order));
            }
            if (requests % orderOneIn == 0 && book.length > 0) {
                book[random.nextInt(book.length)] = order;
            }
            if (requests % exportOneIn == 0) {
                export();
            }
            while (!sessions.isEmpty() && sessions.peek().expires <= now) {
                checksum += sessions.poll().basket.version;
            }
        }

        private void export() {
            byte[] buffer = new byte[exportKB * 1024];
            Arrays.fill(buffer, (byte) requests);
            allocated += buffer.length;
            checksum += buffer[random.nextInt(buffer.length)];
        }
    }

    private void set(String name, double value) {
        switch (name) {
            case "seconds": seconds = value; break;
            case "rateMBs": rateMBs = value; break;
            case "sessionSeconds": sessionSeconds = value; break;
            case "liveMB": liveMB = (int) value; break;
            case "threads": threads = (int) value; break;
            case "keepOneIn": keepOneIn = (int) value; break;
            case "orderOneIn": orderOneIn = (int) value; break;
            case "exportOneIn": exportOneIn = (int) value; break;
            case "exportKB": exportKB = (int) value; break;
            case "seed": seed = (long) value; break;
            default: throw new IllegalArgumentException("unknown argument " + name);
        }
    }

    private void run() throws InterruptedException {
        long start = System.nanoTime();
        Worker[] workers = new Worker[threads];
        for (int i = 0; i < threads; i++) {
            workers[i] = new Worker(i);
            workers[i].start();
        }
        long requests = 0;
        long allocated = 0;
        long late = 0;
        long checksum = 0;
        for (Worker worker : workers) {
            worker.join();
            requests += worker.requests;
            allocated += worker.allocated;
            late += worker.lateRequests;
            checksum += worker.checksum;
        }
        double wall = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "wall_s=%.3f requests=%d allocated_mb=%.1f late=%d checksum=%d%n",
            wall, requests, allocated / 1048576.0, late, checksum);
    }

    public static void main(String[] arguments) throws InterruptedException {
        OrderService service = new OrderService();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            service.set(pair[0], Double.parseDouble(pair[1]));
        }
        service.run();
    }
}
