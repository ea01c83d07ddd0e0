import apple from "./apple.svg";
import styles from "./bar.module.css";

interface Props {
  readonly label: string;
  readonly value: number;
}

export function Bar({ label, value }: Props) {
  return (
    <div class={styles.bar} style={{ width: `${value * 40}px` }}>
      <img src={apple} alt="" />
      <span>{`${label} ${value}`}</span>
    </div>
  );
}
